// Boards, and how content is found, liked, counted, drawn and checked.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

const ids = (rows) => rows.map((row) => row.id)
const titles = (rows) => rows.map((row) => row.title)

const saved = async (looker, title, more) => {
  const query = await looker.create_query({
    model: 'shop',
    view: 'orders',
    fields: ['orders.region', 'orders.count'],
    vis_config: { type: 'looker_bar' },
  })
  return looker.create_look({ title, folder_id: '1', query_id: query.id, ...more })
}

export const boards = async ({ looker }) => {
  const look = await saved(looker, 'Node pinned', { description: 'How many' })
  const board = await looker.create_board({ title: 'Node morning', description: 'Read first' })
  const [one, two] = [
    await looker.create_board_section({ board_id: board.id, title: 'One' }),
    await looker.create_board_section({ board_id: board.id, title: 'Two' }),
  ]
  const pinned = await looker.create_board_item({ board_section_id: one.id, look_id: look.id })
  assert.deepEqual([pinned.title, pinned.description], ['Node pinned', 'How many'])
  const address = { custom_title: 'Wiki', custom_url: 'https://wiki.example', use_custom_title: true }
  const wiki = await looker.create_board_item({ board_section_id: one.id, ...address })
  assert.deepEqual([wiki.title, wiki.url], ['Wiki', 'https://wiki.example'])
  await looker.update_board(board.id, { section_order: [two.id, one.id] })
  await looker.update_board_section(one.id, { item_order: [wiki.id, pinned.id], title: 'Last' })
  const whole = await looker.board(board.id)
  assert.deepEqual(titles(whole.board_sections), ['Two', 'Last'])
  assert.deepEqual(ids(whole.board_sections[1].board_items), [wiki.id, pinned.id])
  assert.equal((await looker.board_section(one.id)).title, 'Last')
  assert.deepEqual(ids(await looker.all_board_sections({ sorts: 'title' })), [one.id, two.id])
  const moved = await looker.update_board_item(pinned.id, { board_section_id: two.id })
  assert.equal(moved.board_section_id, two.id)
  assert.equal((await looker.board_item(pinned.id, 'url')).url, `/looks/${look.id}`)
  assert.deepEqual(ids(await looker.all_board_items({ board_section_id: two.id })), [pinned.id])
  assert.deepEqual(ids(await looker.search_boards({ title: 'node m%' })), [board.id])
  assert.deepEqual(titles(await looker.all_boards('id,title')), ['Node morning'])

  const landing = (await looker.all_user_attributes({ fields: 'id,name' })).find(
    (one) => one.name === 'landing_page'
  )
  const me = (await looker.me('id')).id
  await looker.set_user_attribute_user_value(me, landing.id, { value: `/boards/${board.id}` })
  const sections = await looker.all_primary_homepage_sections()
  assert.deepEqual(titles(sections), ['Two', 'Last'])
  assert.deepEqual(titles(sections[0].homepage_items), ['Node pinned'])
  await looker.delete_user_attribute_user_value(me, landing.id)

  await looker.delete_board_item(pinned.id)
  await looker.delete_board_section(two.id)
  assert.deepEqual(ids((await looker.board(board.id)).board_sections), [one.id])
  await looker.delete_board(board.id)
  await assert.rejects(looker.board_item(wiki.id), { message: 'Not found' })
  await looker.delete_look(look.id)
}

export const liked = async ({ looker }) => {
  const look = await saved(looker, 'Node liked', { description: 'for zebras' })
  const content_metadata_id = look.content_metadata_id
  const favorite = await looker.create_content_favorite({ content_metadata_id })
  assert.equal(favorite.look.title, 'Node liked')
  assert.deepEqual(await looker.content_favorite(favorite.id), favorite)
  assert.deepEqual(ids(await looker.search_content_favorites({ look_id: look.id })), [favorite.id])
  assert.equal((await looker.look(look.id)).favorite_count, 1)
  assert.deepEqual(titles(await looker.search_content({ terms: 'zebras', types: 'look' })), [
    'Node liked',
  ])
  assert.deepEqual(await looker.search_content({ terms: 'zebras', types: 'dashboard' }), [])
  await looker.delete_content_favorite(favorite.id)
  assert.equal((await looker.look(look.id)).favorite_count, 0)
  assert.deepEqual(await looker.search_reports({ title: '%' }), [])
  await looker.delete_look(look.id)
}

// Somebody looked at it three times before the walk began.
export const viewed = async ({ looker, viewed }) => {
  const [row, ...more] = await looker.search_content_views({ look_id: viewed, all_time: true })
  assert.deepEqual([row.title, row.view_count, more], ['Viewed', 3, []])
  const weeks = await looker.search_content_views({ look_id: viewed, fields: 'view_count' })
  assert.deepEqual(weeks, [{ view_count: 3 }])
  const [summary] = await looker.content_summary({ target_content_type: 'look', limit: 1 })
  assert.deepEqual([summary.title, summary.weighted_score], ['Viewed', 3])
  const { content_metadata_id } = await looker.look(viewed)
  const favorite = await looker.create_content_favorite({ content_metadata_id })
  const [liked] = await looker.content_summary({ sorts: 'weighted_score desc' })
  assert.deepEqual([liked.title, liked.weighted_score > 3], ['Viewed', true])
  await looker.delete_content_favorite(favorite.id)
}

export const drawn = async ({ looker }) => {
  const look = await saved(looker, 'Node drawn')
  const thumbnail = { type: 'look', resource_id: look.id }
  const svg = await looker.content_thumbnail(thumbnail)
  assert.match(svg, /^<\?xml/)
  assert.equal(await looker.vector_thumbnail('look', look.id), svg)
  const sized = { ...thumbnail, format: 'png', width: 120, height: 80 }
  const png = Buffer.from(await looker.content_thumbnail(sized), 'binary')
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [120, 80])
  await looker.delete_look(look.id)
}

export const checked = async ({ looker, project }) => {
  const look = await saved(looker, 'Node checked')
  const well = await looker.content_validation({})
  assert.deepEqual(well.content_with_errors, [])
  assert.ok(well.total_looks_validated > 0)
  const file = `${project}/orders.view.lkml`
  const before = readFileSync(file, 'utf8')
  writeFileSync(file, before.replace('dimension: region', 'dimension: area'))
  const found = (await looker.content_validation({})).content_with_errors
  writeFileSync(file, before)
  const broken = found.find((one) => one.look?.id === look.id)
  assert.deepEqual(
    broken.errors.map((error) => [error.model_name, error.explore_name, error.field_name]),
    [['shop', 'orders', 'orders.region']]
  )
  assert.deepEqual((await looker.content_validation({})).content_with_errors, [])
  await looker.delete_look(look.id)
}
