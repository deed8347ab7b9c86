// Dashboards: what stands on them, how they are moved about, and their LookML.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

const ids = (rows) => rows.map((row) => row.id)
const titles = (rows) => rows.map((row) => row.title)
const REGIONS = { model: 'shop', view: 'orders', fields: ['orders.region', 'orders.count'] }
const COMPONENT = ['row', 'column', 'width', 'height']

export const tiles = async ({ looker }) => {
  const made = await looker.create_dashboard({ title: 'Node sales', folder_id: '1' })
  const dashboard_id = made.id
  const filter = await looker.create_dashboard_filter({
    dashboard_id,
    name: 'Region',
    title: 'Region',
    type: 'field_filter',
    model: 'shop',
    explore: 'orders',
    dimension: 'orders.region',
  })
  assert.deepEqual([filter.field.name, filter.row], ['orders.region', 0])
  const linked = await looker.create_dashboard_filter({
    dashboard_id,
    name: 'When',
    title: 'When',
    type: 'date_filter',
    row: 1,
    listens_to_filters: ['Region'],
  })
  const changed = await looker.update_dashboard_filter(filter.id, { default_value: 'north' })
  assert.equal(changed.default_value, 'north')
  assert.equal((await looker.dashboard_filter(linked.id)).type, 'date_filter')
  assert.deepEqual(ids(await looker.dashboard_dashboard_filters(dashboard_id)), [
    filter.id,
    linked.id,
  ])

  const query = await looker.create_query(REGIONS)
  const look = await looker.create_look({ title: 'Node tile', folder_id: '1', query_id: query.id })
  const merged = await looker.create_merge_query({
    body: { source_queries: [{ query_id: query.id, name: 'one' }] },
  })
  const tile = (body, apply_filters) =>
    looker.create_dashboard_element({ body: { dashboard_id, ...body }, apply_filters })
  const chart = await tile({ title: 'Chart', query_id: query.id, type: 'vis' }, true)
  const [heard] = chart.result_maker.filterables[0].listen
  assert.deepEqual(heard, { dashboard_filter_name: 'Region', field: 'orders.region' })
  const shown = await tile({ title: 'Look', look_id: look.id })
  assert.deepEqual([shown.look.title, shown.query_id], ['Node tile', null])
  const both = await tile({ title: 'Merged', merge_result_id: merged.id })
  assert.equal(both.merge_result_id, merged.id)
  const text = await tile({ title_text: 'Hello', body_text: '**bold**' })
  assert.deepEqual([text.type, text.body_text_as_html], ['text', '<p><strong>bold</strong></p>'])
  const button = await tile({ rich_content_json: '{"text": "Go"}' })
  assert.equal(button.type, 'button')

  const renamed = await looker.update_dashboard_element(text.id, { title_text: 'Welcome' }, 'id,title_text')
  assert.deepEqual(renamed, { id: text.id, title_text: 'Welcome' })
  assert.equal((await looker.dashboard_element(chart.id)).title, 'Chart')
  await looker.delete_dashboard_element(button.id)
  const listed = await looker.dashboard_dashboard_elements(dashboard_id)
  assert.deepEqual(ids(listed), ids([chart, shown, both, text]))
  const found = await looker.search_dashboard_elements({ dashboard_id, sorts: 'title' })
  assert.deepEqual(titles(found).filter(Boolean), ['Chart', 'Look', 'Merged'])

  const [layout] = await looker.dashboard_dashboard_layouts(dashboard_id)
  const [component] = await looker.dashboard_layout_dashboard_layout_components(layout.id)
  const place = { row: 40, column: 2, width: 20, height: 9 }
  await looker.update_dashboard_layout_component(component.id, place)
  const placed = await looker.dashboard_layout_component(component.id, COMPONENT.join())
  assert.deepEqual(placed, place)
  const tab = await looker.create_dashboard_layout({ dashboard_id, label: 'More', order: 1 })
  assert.equal((await looker.dashboard_layout(tab.id)).label, 'More')
  assert.equal((await looker.update_dashboard_layout(tab.id, { label: 'Rest' })).label, 'Rest')
  await looker.delete_dashboard_layout(tab.id)

  const state = await looker.create_dashboard_filter_state('{"Region": "south"}')
  assert.deepEqual(await looker.dashboard_filter_state(state), { Region: 'south' })
  await looker.delete_dashboard_filter(linked.id)
  const whole = await looker.dashboard(dashboard_id)
  assert.deepEqual(
    ['elements', 'filters', 'layouts'].map((part) => whole[`dashboard_${part}`].length),
    [4, 1, 1]
  )
  const { aggregate_table_lookml } = await looker.dashboard_aggregate_table_lookml(dashboard_id)
  assert.match(aggregate_table_lookml, /aggregate_table: /)
  await looker.delete_dashboard(dashboard_id)
  await assert.rejects(looker.dashboard_element(chart.id), { message: 'Not found' })
  await looker.delete_look(look.id)
}

export const lives = async ({ looker }) => {
  const folder = (await looker.create_folder({ name: 'Node lives', parent_id: '1' })).id
  const one = await looker.create_dashboard({ title: 'Life', folder_id: folder, preferred_viewer: 'dashboards-next' })
  const query = await looker.create_query(REGIONS)
  const body = { dashboard_id: one.id, title: 'Tile', query_id: query.id }
  await looker.create_dashboard_element({ body })
  const settings = { description: 'Long', refresh_interval: '1 hour', crossfilter_enabled: true }
  const changed = await looker.update_dashboard(one.id, settings)
  assert.deepEqual([changed.description, changed.refresh_interval_to_i], ['Long', 3_600_000])
  assert.equal((await looker.dashboard(one.slug, 'crossfilter_enabled')).crossfilter_enabled, true)
  const copy = await looker.copy_dashboard(one.id, folder)
  assert.deepEqual([copy.title, titles(copy.dashboard_elements)], ['Life (copy)', ['Tile']])
  assert.deepEqual(ids(await looker.folder_dashboards(folder)).sort(), ids([one, copy]).sort())
  assert.equal((await looker.move_dashboard(copy.id, '1')).folder.id, '1')
  const notes = { certification_status: 'certified', notes: 'by node' }
  const sealed = await looker.update_dashboard_certification(one.id, notes)
  assert.equal(sealed.certification_metadata.notes, 'by node')

  await looker.update_dashboard(copy.id, { deleted: true })
  assert.deepEqual(titles(await looker.search_dashboards({ title: 'life%' })), ['Life'])
  assert.ok(!ids(await looker.all_dashboards('id')).includes(copy.id))
  const trash = await looker.search_dashboards({ title: 'life%', deleted: true })
  assert.deepEqual(ids(trash), [copy.id])
  await looker.update_dashboard(copy.id, { deleted: false })
  assert.deepEqual(titles((await looker.dashboard(copy.id)).dashboard_elements), ['Tile'])
  assert.ok(ids(await looker.all_dashboards('id,title')).includes(copy.id))
  await looker.delete_dashboard(copy.id)
  await looker.delete_folder(folder)
  await assert.rejects(looker.dashboard(one.id), { message: 'Not found' })
}

export const lookml = async ({ looker, project }) => {
  assert.deepEqual(titles(await looker.search_lookml_dashboards({ title: 'the sh%' })), ['The shop'])
  const origin = await looker.dashboard('shop::shop')
  assert.deepEqual([origin.readonly, titles(origin.dashboard_elements)], [true, ['Regions']])
  const taken = await looker.import_lookml_dashboard('shop::shop', '1', { title: 'Taken' })
  assert.deepEqual([taken.title, taken.lookml_link_id], ['Taken', 'shop::shop'])

  const file = `${project}/shop.dashboard.lookml`
  const before = readFileSync(file, 'utf8')
  writeFileSync(file, before.replace('title: Regions', 'title: By region'))
  const synced = await looker.sync_lookml_dashboard({ lookml_dashboard_id: 'shop::shop' })
  assert.deepEqual(synced, [Number(taken.id)])
  const followed = await looker.dashboard(taken.id)
  assert.deepEqual(titles(followed.dashboard_elements), ['By region'])
  writeFileSync(file, before)
  const seal = { certification_status: 'certified' }
  const sealed = await looker.update_lookml_certification('shop::shop', seal)
  assert.equal(sealed.certification_metadata.certification_status, 'certified')

  const { lookml } = await looker.dashboard_lookml(taken.id)
  assert.match(lookml, /title: By region/)
  await looker.delete_dashboard(taken.id)
  const again = await looker.import_dashboard_from_lookml({ lookml, folder_id: '1' })
  assert.deepEqual([again.slug, again.folder.id], [taken.slug, '1'])
  const over = { lookml: lookml.replace('By region', 'Anew') }
  const written = await looker.create_dashboard_from_lookml(over)
  assert.deepEqual([written.id, titles(written.dashboard_elements)], [again.id, ['Anew']])
  await assert.rejects(looker.import_dashboard_from_lookml({ lookml: '- dashboard: [' }), (refusal) => {
    assert.equal(refusal.errors[0].field, 'lookml')
    return true
  })
  await looker.delete_dashboard(again.id)
}
