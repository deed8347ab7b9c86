// Groups, roles, user attributes, keys and rules through the TypeScript SDK.
export const access = async (sdk, report) => {
  const ids = (rows) => rows.map((row) => row.id)
  const user = (await sdk.ok(sdk.create_user({ first_name: 'Node', last_name: 'Walker' }))).id
  const outer = (await sdk.ok(sdk.create_group({ name: 'Node outer' }))).id
  const inner = (await sdk.ok(sdk.create_group({ name: 'Node inner' }))).id
  await sdk.ok(sdk.add_group_group(outer, { group_id: inner }))
  await sdk.ok(sdk.add_group_user(inner, { user_id: user }))
  const circle = await sdk.add_group_group(inner, { group_id: outer })
  const [told] = await sdk.ok(sdk.search_groups_with_hierarchy({ name: 'Node inner' }))
  report('groups', {
    within: ids(await sdk.ok(sdk.all_group_groups(outer))).join() === inner,
    people: ids(await sdk.ok(sdk.all_group_users({ group_id: inner }))).join() === user,
    parents: told.parent_group_ids.join() === outer,
    listed: (await sdk.ok(sdk.all_groups({ ids: [outer, inner] }))).length,
    found: (await sdk.ok(sdk.search_groups({ name: 'node%' }))).length,
    renamed: (await sdk.ok(sdk.update_group(inner, { name: 'Node within' }))).name,
    circle: circle.ok,
  })

  const permissions = ['access_data', 'see_looks']
  const may = (await sdk.ok(sdk.create_permission_set({ name: 'Node may', permissions }))).id
  const some = (await sdk.ok(sdk.create_model_set({ name: 'Node models', models: [] }))).id
  const changed = await sdk.ok(sdk.update_model_set(some, { models: ['thelook'] }))
  const sets = { permission_set_id: may, model_set_id: some }
  const role = (await sdk.ok(sdk.create_role({ name: 'Node role', ...sets }))).id
  await sdk.ok(sdk.set_role_groups(role, [outer]))
  const [counted] = await sdk.ok(sdk.search_roles_with_user_count({ name: 'Node role' }))
  const used = await sdk.delete_permission_set(may)
  report('roles', {
    models: changed.models,
    groups: ids(await sdk.ok(sdk.role_groups(role))).join() === outer,
    people: ids(await sdk.ok(sdk.role_users({ role_id: role }))).join() === user,
    counted: counted.user_count,
    given: ids(await sdk.ok(sdk.user_roles({ user_id: user }))).join() === role,
    used: used.ok,
  })

  const definition = { name: 'node_region', label: 'Node region', type: 'string' }
  const region = (await sdk.ok(sdk.create_user_attribute(definition))).id
  const value = async () => {
    const request = { user_id: user, user_attribute_ids: [region], all_values: true }
    return (await sdk.ok(sdk.user_attribute_user_values(request)))[0].value
  }
  await sdk.ok(sdk.set_user_attribute_group_values(region, [{ group_id: inner, value: 'EU' }]))
  const ofGroup = await value()
  await sdk.ok(sdk.set_user_attribute_user_value(user, region, { value: 'US' }))
  const own = await value()
  await sdk.ok(sdk.delete_user_attribute_user_value(user, region))
  await sdk.ok(sdk.delete_user_attribute_group_value(inner, region))
  const left = await sdk.ok(sdk.all_user_attribute_group_values(region))
  report('attribute', { ofGroup, own, left: left.length })

  const key = await sdk.ok(sdk.create_user_credentials_api3(user))
  const { client_id } = key
  for (let attempt = 0; attempt < 4; attempt++) await sdk.login({ client_id, client_secret: 'no' })
  const [locked] = await sdk.ok(sdk.search_user_login_lockouts({ remote_id: client_id }))
  await sdk.ok(sdk.delete_user_login_lockout(locked.key))
  const after = await sdk.ok(sdk.search_user_login_lockouts({ remote_id: client_id }))
  report('lockout', { failed: locked.fail_count, who: locked.user_id === user, left: after.length })

  await sdk.ok(sdk.delete_user_attribute(region))
  await sdk.ok(sdk.delete_role(role))
  await sdk.ok(sdk.delete_permission_set(may))
  await sdk.ok(sdk.delete_model_set(some))
  await sdk.ok(sdk.delete_group_user(inner, user))
  await sdk.ok(sdk.delete_group_from_group(outer, inner))
  for (const group of [inner, outer]) await sdk.ok(sdk.delete_group(group))
  await sdk.ok(sdk.delete_user(user))
  report('left behind', (await sdk.ok(sdk.search_groups({ name: 'Node%' }))).length)
}
