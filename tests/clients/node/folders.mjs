// A tree of folders, who may do what in it, and Looks that go their way through it.
import assert from 'node:assert/strict'

const ids = (rows) => rows.map((row) => row.id)
const names = (rows) => rows.map((row) => row.name)

export const tree = async ({ looker }) => {
  const outer = await looker.create_folder({ name: 'Node reports', parent_id: '1' })
  const inner = await looker.create_folder({ name: 'Monthly', parent_id: outer.id })
  const other = await looker.create_folder({ name: 'Weekly', parent_id: outer.id })
  assert.equal((await looker.folder(inner.id)).parent_id, outer.id)
  assert.equal((await looker.folder(outer.id)).child_count, 2)
  const children = { folder_id: outer.id, sorts: 'name desc', fields: 'id,name' }
  assert.deepEqual(await looker.folder_children(children), [
    { id: other.id, name: 'Weekly' },
    { id: inner.id, name: 'Monthly' },
  ])
  const found = await looker.folder_children_search({ folder_id: outer.id, name: 'MONTH%' })
  assert.deepEqual(ids(found), [inner.id])
  const moved = await looker.update_folder(inner.id, { name: 'By month', parent_id: other.id })
  assert.deepEqual([moved.name, moved.parent_id], ['By month', other.id])
  const above = await looker.folder_ancestors(inner.id)
  assert.deepEqual(names(above), ['Shared', 'Node reports', 'Weekly'])
  assert.equal((await looker.folder_parent(inner.id)).id, other.id)
  assert.deepEqual(ids(await looker.search_folders({ name: 'node rep%' })), [outer.id])
  assert.ok(ids(await looker.all_folders('id')).includes(inner.id))
  const twice = looker.create_folder({ name: 'Weekly', parent_id: outer.id })
  await assert.rejects(twice, /already/)
  const circle = looker.update_folder(outer.id, { parent_id: inner.id })
  await assert.rejects(circle, (refusal) => {
    assert.equal(refusal.errors[0].field, 'parent_id')
    return true
  })
  await looker.delete_folder(outer.id)
  await assert.rejects(looker.folder(inner.id), { message: 'Not found' })
}

export const access = async ({ looker }) => {
  const me = (await looker.me('id')).id
  const group = (await looker.create_group({ name: 'Node readers' })).id
  const folder = await looker.create_folder({ name: 'Node secrets', parent_id: '1' })
  const metadata = folder.content_metadata_id
  const shared = (await looker.folder('1')).content_metadata_id
  assert.ok(ids(await looker.all_content_metadatas(shared)).includes(metadata))
  assert.equal((await looker.content_metadata(metadata)).inheriting_id, shared)
  const own = await looker.update_content_metadata(metadata, { inherits: false })
  assert.deepEqual([own.inherits, own.name], [false, 'Node secrets'])
  const entry = await looker.create_content_metadata_access({
    content_metadata_id: metadata,
    permission_type: 'view',
    group_id: group,
  })
  const changed = await looker.update_content_metadata_access(entry.id, { permission_type: 'edit' })
  assert.deepEqual([changed.group_id, changed.permission_type], [group, 'edit'])
  const twice = { content_metadata_id: metadata, permission_type: 'view', group_id: group }
  await assert.rejects(looker.create_content_metadata_access(twice), /already/)
  const list = await looker.all_content_metadata_accesses(metadata, 'group_id,user_id')
  assert.ok(list.some((one) => one.group_id === group))
  await looker.delete_content_metadata_access(entry.id)
  const left = await looker.all_content_metadata_accesses(metadata)
  assert.ok(!left.some((one) => one.group_id === group))
  assert.equal((await looker.update_content_metadata(metadata, { inherits: true })).inherits, true)
  assert.deepEqual(ids(await looker.search_folders({ creator_id: me, name: 'Node sec%' })), [
    folder.id,
  ])
  await looker.delete_folder(folder.id)
  await looker.delete_group(group)
}

export const looks = async ({ looker }) => {
  const folder = (await looker.create_folder({ name: 'Node looks', parent_id: '1' })).id
  const query = await looker.create_query({
    model: 'shop',
    view: 'orders',
    fields: ['orders.region', 'orders.count', 'orders.amount'],
    sorts: ['orders.region'],
    vis_config: { type: 'looker_column' },
  })
  const body = { title: 'By region', folder_id: folder, query_id: query.id, public: false }
  const look = await looker.create_look(body, 'id,title,query_id')
  assert.deepEqual(look, { id: look.id, title: 'By region', query_id: query.id })
  await assert.rejects(looker.create_look(body), /already/)
  const read = await looker.look(look.id)
  assert.deepEqual([read.folder.name, read.query.fields.length], ['Node looks', 3])

  const run = (result_format, more) => looker.run_look({ look_id: look.id, result_format, ...more })
  const rows = [
    { 'orders.region': 'north', 'orders.count': 2, 'orders.amount': 15 },
    { 'orders.region': 'south', 'orders.count': 2, 'orders.amount': 10 },
  ]
  assert.deepEqual(await run('json'), rows)
  assert.deepEqual(await run('json', { limit: 1 }), rows.slice(0, 1))
  const detail = await run('json_detail')
  assert.equal(detail.data[1]['orders.amount'].value, 10)
  assert.equal(await run('csv'), 'Orders Region,Orders Count,Orders Amount\nnorth,2,15\nsouth,2,10\n')
  assert.match(await run('md'), /^\|.*Orders Region.*\|\n/)
  assert.match(await run('txt'), /^Orders Region\tOrders Count\tOrders Amount\n/)
  assert.match(await run('html'), /<t[dh][^>]*>north</)
  assert.match(await run('sql'), /^SELECT/)
  const png = Buffer.from(await run('png', { image_width: 300, image_height: 200 }), 'binary')
  assert.deepEqual([png.toString('latin1', 1, 4), png.readUInt32BE(16)], ['PNG', 300])
  assert.match(await run('xlsx'), /^PK/)

  assert.ok(ids(await looker.all_looks('id')).includes(look.id))
  assert.deepEqual(ids(await looker.search_looks({ title: 'by reg%', folder_id: folder })), [
    look.id,
  ])
  assert.deepEqual(ids(await looker.folder_looks(folder)), [look.id])
  const renamed = await looker.update_look(look.id, { title: 'Regions', description: 'All' })
  assert.deepEqual([renamed.title, renamed.description], ['Regions', 'All'])
  const certified = { certification_status: 'certified', notes: 'checked' }
  const sealed = await looker.update_look_certification(look.id, certified)
  assert.equal(sealed.certification_metadata.certification_status, 'certified')
  const copy = await looker.copy_look(look.id, '1')
  assert.deepEqual([copy.title, copy.folder_id, copy.query_id], ['Regions', '1', query.id])
  await looker.delete_look(copy.id)
  assert.equal((await looker.move_look(look.id, '1')).folder_id, '1')

  await looker.update_look(look.id, { deleted: true })
  assert.deepEqual(await looker.search_looks({ title: 'Regions' }), [])
  assert.deepEqual(ids(await looker.search_looks({ title: 'Regions', deleted: true })), [look.id])
  assert.equal((await looker.update_look(look.id, { deleted: false })).deleted, false)
  await looker.delete_look(look.id)
  await assert.rejects(looker.look(look.id), { message: 'Not found' })
  await looker.delete_folder(folder)
}
