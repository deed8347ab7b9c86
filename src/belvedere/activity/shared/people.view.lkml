view: user {
  sql_table_name: "user" ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: first_name {
    type: string
    sql: ${TABLE}.first_name ;;
  }
  dimension: last_name {
    type: string
    sql: ${TABLE}.last_name ;;
  }
  dimension: name {
    type: string
    sql: TRIM(COALESCE(${TABLE}.service_account_name, ${TABLE}.first_name || ' ' || ${TABLE}.last_name)) ;;
  }
  dimension: email {
    type: string
    sql: ${TABLE}.email ;;
  }
  dimension: dev_branch_name {
    description: "The branch on which the person develops; nothing outside of development."
    type: string
    sql: CAST(NULL AS VARCHAR(255)) ;;
  }
  dimension: is_disabled {
    type: yesno
    sql: ${TABLE}.is_disabled ;;
  }
  dimension: is_embed {
    label: "Is Embed User"
    type: yesno
    sql: ${TABLE}.is_embed_user ;;
  }
  dimension: is_looker {
    hidden: yes
    description: "Whether it is somebody who supports the instance from outside: nobody is."
    type: yesno
    sql: 1 = 0 ;;
  }
  dimension: is_service_account {
    type: yesno
    sql: ${TABLE}.service_account_name IS NOT NULL ;;
  }
  dimension: home_folder {
    type: string
    sql: ${TABLE}.home_folder_id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name, email, created_date]
  }
}

view: user_facts {
  derived_table: {
    sql: SELECT "user".id AS user_id,
           asked.first_query_at,
           asked.last_query_at,
           COALESCE(asked.lifetime_queries, 0) AS lifetime_queries,
           (SELECT MAX(external_user_id) FROM credentials_embed WHERE credentials_embed.user_id = "user".id) AS external_id,
           "user".is_embed_user,
           COALESCE(may.is_admin, 0) AS is_admin,
           COALESCE(may.is_developer, 0) AS is_developer,
           COALESCE(may.is_explorer, 0) AS is_explorer,
           COALESCE(may.is_content_saver, 0) AS is_content_saver,
           COALESCE(may.is_sql_runner, 0) AS is_sql_runner,
           COALESCE(may.is_viewer, 0) AS is_viewer,
           signed.logged_in_at,
           signed.credential_type
         FROM "user"
         LEFT JOIN (
           SELECT user_id, MIN(created_at) AS first_query_at, MAX(created_at) AS last_query_at, COUNT(*) AS lifetime_queries
           FROM history
           GROUP BY user_id
         ) AS asked ON asked.user_id = "user".id
         LEFT JOIN (
           SELECT holder.user_id,
             MAX(CASE WHEN permission_set.all_access THEN 1 ELSE 0 END) AS is_admin,
             MAX(CASE WHEN permission_set.all_access OR CAST(permission_set.permissions AS TEXT) LIKE '%"develop"%' THEN 1 ELSE 0 END) AS is_developer,
             MAX(CASE WHEN permission_set.all_access OR CAST(permission_set.permissions AS TEXT) LIKE '%"explore"%' THEN 1 ELSE 0 END) AS is_explorer,
             MAX(CASE WHEN permission_set.all_access OR CAST(permission_set.permissions AS TEXT) LIKE '%"save_content"%' THEN 1 ELSE 0 END) AS is_content_saver,
             MAX(CASE WHEN permission_set.all_access OR CAST(permission_set.permissions AS TEXT) LIKE '%"use_sql_runner"%' THEN 1 ELSE 0 END) AS is_sql_runner,
             MAX(CASE WHEN permission_set.all_access OR CAST(permission_set.permissions AS TEXT) LIKE '%"see_looks"%' OR CAST(permission_set.permissions AS TEXT) LIKE '%"see_user_dashboards"%' OR CAST(permission_set.permissions AS TEXT) LIKE '%"see_lookml_dashboards"%' THEN 1 ELSE 0 END) AS is_viewer
           FROM ${role_holder.SQL_TABLE_NAME} AS holder
           JOIN role ON role.id = holder.role_id
           JOIN permission_set ON permission_set.id = role.permission_set_id
           GROUP BY holder.user_id
         ) AS may ON may.user_id = "user".id
         LEFT JOIN (
           SELECT user_id, credential_type, logged_in_at,
             ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY logged_in_at DESC) AS place
           FROM (
             SELECT user_id, 'email' AS credential_type, logged_in_at FROM credentials_email
             UNION ALL
             SELECT user_id, 'embed', logged_in_at FROM credentials_embed
             UNION ALL
             SELECT user_id, kind, logged_in_at FROM external_credentials
           ) AS way
           WHERE logged_in_at IS NOT NULL
         ) AS signed ON signed.user_id = "user".id AND signed.place = 1 ;;
  }
  dimension: user_id {
    hidden: yes
    primary_key: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: external_id {
    label: "External ID"
    description: "Of people in embedded content: what the program that embeds calls them."
    type: string
    sql: ${TABLE}.external_id ;;
  }
  dimension: is_embed {
    type: yesno
    sql: ${TABLE}.is_embed_user ;;
  }
  dimension: is_admin {
    type: yesno
    sql: ${TABLE}.is_admin = 1 ;;
  }
  dimension: is_developer {
    description: "May develop some model."
    type: yesno
    sql: ${TABLE}.is_developer = 1 ;;
  }
  dimension: is_explorer {
    description: "May explore some model."
    type: yesno
    sql: ${TABLE}.is_explorer = 1 ;;
  }
  dimension: is_content_saver {
    description: "May save Looks and dashboards of some model."
    type: yesno
    sql: ${TABLE}.is_content_saver = 1 ;;
  }
  dimension: is_sql_runner {
    label: "Is SQL Runner"
    description: "May write SQL."
    type: yesno
    sql: ${TABLE}.is_sql_runner = 1 ;;
  }
  dimension: is_viewer {
    description: "May see Looks or dashboards of some model."
    type: yesno
    sql: ${TABLE}.is_viewer = 1 ;;
  }
  dimension: lifetime_queries {
    label: "Queries of the Last 90 Days"
    type: number
    sql: ${TABLE}.lifetime_queries ;;
  }
  dimension_group: last_ui_login {
    label: "Last UI Login"
    description: "When the person last signed in, not counting programs with API keys."
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.logged_in_at ;;
  }
  dimension_group: last_api_login {
    label: "Last API Login"
    description: "When a program last logged in with API keys of the person."
    type: time
    timeframes: [raw, time, date, week, month]
    sql: (SELECT MAX(event.created_at) FROM event WHERE event.user_id = ${TABLE}.user_id AND event.name = 'login' AND event.category = 'api') ;;
  }
  dimension: last_ui_login_credential_type {
    label: "Last UI Login Credential Type"
    description: "email, embed, or the service: google, ldap, oidc, saml"
    type: string
    sql: ${TABLE}.credential_type ;;
  }
  dimension: is_looker_employee {
    hidden: yes
    description: "Whether it is somebody who supports the instance from outside: nobody is."
    type: yesno
    sql: 1 = 0 ;;
  }
  dimension_group: first_query {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.first_query_at ;;
  }
  dimension_group: last_query {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.last_query_at ;;
  }
  measure: count {
    type: count
  }
}

view: role_holder {
  derived_table: {
    sql: SELECT user_id, role_id FROM user_role
         UNION
         SELECT belongs.user_id, group_role.role_id
         FROM ${group_member.SQL_TABLE_NAME} AS belongs
         JOIN group_role ON group_role.group_id = belongs.group_id
         JOIN "group" ON "group".id = belongs.group_id
         JOIN "user" ON "user".id = belongs.user_id
         WHERE "group".externally_managed OR NOT "user".roles_from_mirrored_groups_only ;;
  }
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.user_id || '-' || ${TABLE}.role_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: role_id {
    hidden: yes
    type: number
    sql: ${TABLE}.role_id ;;
  }
}

view: group_member {
  derived_table: {
    sql: WITH RECURSIVE belongs(group_id, user_id) AS (
           SELECT listed.group_id, listed.user_id
           FROM (SELECT group_id, user_id FROM group_user
                 UNION
                 SELECT "group".id, "user".id FROM "group" CROSS JOIN "user"
                 WHERE "group".include_by_default) AS listed
           UNION
           SELECT group_group.parent_id, belongs.user_id
           FROM belongs JOIN group_group ON group_group.child_id = belongs.group_id
         )
         SELECT group_id, user_id FROM belongs ;;
  }
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.user_id || '-' || ${TABLE}.group_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: group_id {
    hidden: yes
    type: number
    sql: ${TABLE}.group_id ;;
  }
}

view: group_group {
  sql_table_name: group_group ;;
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.parent_id || '-' || ${TABLE}.child_id ;;
  }
  dimension: parent_id {
    hidden: yes
    type: number
    sql: ${TABLE}.parent_id ;;
  }
  dimension: child_id {
    hidden: yes
    type: number
    sql: ${TABLE}.child_id ;;
  }
}

view: group_role {
  sql_table_name: group_role ;;
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.group_id || '-' || ${TABLE}.role_id ;;
  }
  dimension: group_id {
    hidden: yes
    type: number
    sql: ${TABLE}.group_id ;;
  }
  dimension: role_id {
    hidden: yes
    type: number
    sql: ${TABLE}.role_id ;;
  }
}

view: role {
  sql_table_name: role ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name]
  }
  dimension: permission_set_id {
    hidden: yes
    type: number
    sql: ${TABLE}.permission_set_id ;;
  }
  dimension: model_set_id {
    hidden: yes
    type: number
    sql: ${TABLE}.model_set_id ;;
  }
}

view: permission_set {
  sql_table_name: permission_set ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: permissions {
    type: string
    sql: CAST(${TABLE}.permissions AS TEXT) ;;
  }
}

view: model_set {
  sql_table_name: model_set ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: models {
    type: string
    sql: CAST(${TABLE}.models AS TEXT) ;;
  }
}

view: group {
  sql_table_name: "group" ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: external_group_id {
    type: string
    sql: ${TABLE}.external_group_id ;;
  }
  dimension: is_externally_managed {
    type: yesno
    sql: ${TABLE}.externally_managed ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name]
  }
}
