// Definitions read and changed, second factors, embed users, support, and providers' settings.
export const definitions = async (sdk, report) => {
  const ids = (rows) => rows.map((row) => row.id)
  const user = (await sdk.ok(sdk.create_user({ first_name: 'Nils', last_name: 'Noder' }))).id
  const group = (await sdk.ok(sdk.create_group({ name: 'Rest group' }))).id
  const set = { name: 'Rest may', permissions: ['access_data'] }
  const may = (await sdk.ok(sdk.create_permission_set(set))).id
  const some = (await sdk.ok(sdk.create_model_set({ name: 'Rest', models: ['thelook'] }))).id
  const wider = await sdk.ok(sdk.update_permission_set(may, { permissions: ['see_looks'] }))
  const sets = { permission_set_id: may, model_set_id: some }
  const role = (await sdk.ok(sdk.create_role({ name: 'Rest role', ...sets }))).id
  await sdk.ok(sdk.set_role_groups(role, [group]))
  const [withRoles] = await sdk.ok(sdk.search_groups_with_roles({ name: 'Rest group' }))
  report('definitions', {
    permissions: wider.permissions.includes('see_looks'),
    tree: (await sdk.ok(sdk.all_permissions())).some((one) => one.parent === 'see_looks'),
    sets: [
      ids(await sdk.ok(sdk.all_permission_sets())).includes(may),
      ids(await sdk.ok(sdk.search_permission_sets({ name: 'rest m%' }))).join() === may,
      (await sdk.ok(sdk.permission_set(may))).name === 'Rest may',
      ids(await sdk.ok(sdk.all_model_sets())).includes(some),
      ids(await sdk.ok(sdk.search_model_sets({ name: 'rest' }))).join() === some,
      (await sdk.ok(sdk.model_set(some))).models.join() === 'thelook',
    ],
    renamed: (await sdk.ok(sdk.update_role(role, { name: 'Rest part' }))).name,
    role: (await sdk.ok(sdk.role(role))).name,
    roles: (await sdk.ok(sdk.all_roles({ ids: [role] }))).length,
    found: ids(await sdk.ok(sdk.search_roles({ name: 'rest p%' }))).join() === role,
    people: ids(await sdk.ok(sdk.set_role_users(role, [user]))).join() === user,
    ofGroup: ids(withRoles.roles).join() === role,
    group: (await sdk.ok(sdk.group(group))).name,
  })

  const definition = { name: 'rest_area', label: 'Rest area', type: 'string' }
  const area = (await sdk.ok(sdk.create_user_attribute(definition))).id
  await sdk.ok(sdk.update_user_attribute(area, { ...definition, label: 'Rest zone' }))
  const given = await sdk.ok(sdk.update_user_attribute_group_value(group, area, { value: 'EU' }))
  const all = await sdk.ok(sdk.all_user_attributes({}))
  const label = (await sdk.ok(sdk.user_attribute(area))).label
  report('zone', { label, value: given.value, listed: ids(all).includes(area) })

  await sdk.ok(sdk.create_user_credentials_email(user, { email: 'nils@testfoo.com' }))
  const forced = { forced_password_reset_at_next_login: true }
  await sdk.ok(sdk.update_user_credentials_email(user, forced))
  const email = await sdk.ok(sdk.user_credentials_email(user))
  const rows = await sdk.ok(sdk.search_credentials_email({ email: 'NILS%' }))
  await sdk.ok(sdk.delete_user_credentials_email(user))
  await sdk.ok(sdk.create_user_credentials_totp(user))
  const verified = (await sdk.ok(sdk.user_credentials_totp(user))).verified
  await sdk.ok(sdk.delete_user_credentials_totp(user))
  report('ways in', {
    forced: email.forced_password_reset_at_next_login,
    found: rows.map((row) => row.user_id).join() === user,
    verified,
    left: [(await sdk.user_credentials_email(user)).ok, (await sdk.user_credentials_totp(user)).ok],
    sessions: (await sdk.ok(sdk.all_user_sessions(user))).length,
    listed: (await sdk.ok(sdk.all_users({ ids: [user] }))).length,
  })

  const embedded = await sdk.ok(sdk.create_embed_user({ external_user_id: 'rest-1' }))
  const [row] = await sdk.ok(sdk.all_user_credentials_embeds(embedded.id))
  const external = (await sdk.ok(sdk.user_credentials_embed(embedded.id, row.id))).external_user_id
  await sdk.ok(sdk.delete_user_credentials_embed(embedded.id, row.id))
  const none = (await sdk.ok(sdk.all_user_credentials_embeds(embedded.id))).length
  await sdk.ok(sdk.delete_user(embedded.id))
  report('embedded', { external, none })

  const opened = await sdk.ok(sdk.enable_support_access({ duration_in_seconds: 60 }))
  const status = await sdk.ok(sdk.support_access_status())
  const closed = await sdk.ok(sdk.disable_support_access())
  report('support', [opened.open, status.open, closed.open])

  await sdk.ok(sdk.delete_user_attribute(area))
  await sdk.ok(sdk.delete_role(role))
  await sdk.ok(sdk.delete_permission_set(may))
  await sdk.ok(sdk.delete_model_set(some))
  await sdk.ok(sdk.delete_group(group))
  await sdk.ok(sdk.delete_user(user))
}
