// What was read can be sent back as it is, and changes nothing.
import assert from 'node:assert/strict'

const OF_EVERY_CHANGE = ['updated_at', 'modified_at', 'modified_by', 'policy_enabled_at']

const sentBack = async (read, write) => {
  const before = await read()
  await write(before)
  const after = await read()
  for (const name of OF_EVERY_CHANGE) if (name in before) after[name] = before[name]
  assert.deepEqual(after, before)
}

// The operations `one` and `update_one` of what has that id.
const unchanged = (looker, one, id) =>
  sentBack(
    () => looker[one](id),
    (read) => looker[`update_${one}`](id, read)
  )

export const content = async ({ looker }) => {
  const query = { model: 'shop', view: 'orders', fields: ['orders.region', 'orders.count'] }
  const query_id = (await looker.create_query(query)).id
  const folder_id = (await looker.create_folder({ name: 'Node back', parent_id: '1' })).id
  const look_id = (await looker.create_look({ title: 'Back', folder_id, query_id })).id
  const dashboard_id = (await looker.create_dashboard({ title: 'Back', folder_id })).id
  const filter = await looker.create_dashboard_filter({
    dashboard_id,
    name: 'Region',
    title: 'Region',
    type: 'field_filter',
    model: 'shop',
    explore: 'orders',
    dimension: 'orders.region',
  })
  for (const shown of [{ look_id }, { query_id }, { title_text: 'a', body_text: 'b' }]) {
    const body = { dashboard_id, ...shown }
    const { id } = await looker.create_dashboard_element({ body, apply_filters: true })
    await unchanged(looker, 'dashboard_element', id)
  }
  const [layout] = await looker.dashboard_dashboard_layouts(dashboard_id)
  const [component] = layout.dashboard_layout_components
  const board_id = (await looker.create_board({ title: 'Back' })).id
  const board_section_id = (await looker.create_board_section({ board_id, title: 'Back' })).id
  const item = await looker.create_board_item({ board_section_id, look_id })
  const theme = await looker.create_theme({ name: 'Back' })
  const palette = { label: 'One', colors: ['red', '#00f'] }
  const colors = { label: 'Back', categoricalPalettes: [palette] }
  const collection = await looker.create_color_collection(colors)
  const { content_metadata_id } = await looker.folder(folder_id)
  for (const [one, id] of [
    ['folder', folder_id],
    ['look', look_id],
    ['dashboard', dashboard_id],
    ['dashboard_filter', filter.id],
    ['dashboard_layout', layout.id],
    ['dashboard_layout_component', component.id],
    ['board', board_id],
    ['board_section', board_section_id],
    ['board_item', item.id],
    ['theme', theme.id],
    ['color_collection', collection.id],
    ['content_metadata', content_metadata_id],
  ]) {
    await unchanged(looker, one, id)
  }
  await looker.delete_board(board_id)
  await looker.delete_theme(theme.id)
  await looker.delete_color_collection(collection.id)
  await looker.delete_folder(folder_id)
}

export const people = async ({ looker }) => {
  const user = (await looker.create_user({ first_name: 'Node', last_name: 'Back' })).id
  await looker.create_user_credentials_email(user, { email: 'back@testfoo.com' })
  const group = (await looker.create_group({ name: 'Node back' })).id
  const definition = { name: 'node_back', label: 'Node back', type: 'string' }
  const attribute = (await looker.create_user_attribute(definition)).id
  const may = { name: 'Node back', permissions: ['access_data'] }
  const permission_set_id = (await looker.create_permission_set(may)).id
  const model_set_id = (await looker.create_model_set({ name: 'Node back', models: ['shop'] })).id
  const sets = { permission_set_id, model_set_id }
  const role = (await looker.create_role({ name: 'Node back', ...sets })).id
  for (const [one, id] of [
    ['user', user],
    ['user_credentials_email', user],
    ['group', group],
    ['user_attribute', attribute],
    ['permission_set', permission_set_id],
    ['model_set', model_set_id],
    ['role', role],
  ]) {
    await unchanged(looker, one, id)
  }
  for (const kind of ['ldap', 'oidc', 'saml', 'password', 'session']) {
    await sentBack(
      () => looker[`${kind}_config`](),
      (read) => looker[`update_${kind}_config`](read)
    )
  }
  await looker.delete_role(role)
  await looker.delete_permission_set(permission_set_id)
  await looker.delete_model_set(model_set_id)
  await looker.delete_user_attribute(attribute)
  await looker.delete_group(group)
  await looker.delete_user(user)
}
