// Themes, collections of colors, and what programs keep on the server.
import assert from 'node:assert/strict'

const ids = (rows) => rows.map((row) => row.id)
const names = (rows) => rows.map((row) => row.name)
const THEN = new Date('2040-01-01T00:00:00Z')

export const themes = async ({ looker }) => {
  const settings = { background_color: '#112233', show_title: false }
  const first = await looker.create_theme({ name: 'Node_First', settings })
  const second = await looker.create_theme({ name: 'Node_Second', begin_at: THEN })
  assert.equal(new Date(second.begin_at).getTime(), THEN.getTime())
  assert.deepEqual(ids(await looker.search_themes({ name: 'node%', sorts: 'id' })), [
    first.id,
    second.id,
  ])
  assert.deepEqual(names(await looker.all_themes('id,name')), ['Looker', 'Node_First', 'Node_Second'])
  assert.deepEqual(names(await looker.active_themes({ name: 'node_first' })), ['Node_First'])
  assert.equal((await looker.theme_or_default('Node_Second')).name, 'Looker')
  assert.equal((await looker.theme_or_default('Node_Second', THEN)).id, second.id)
  assert.equal((await looker.set_default_theme('Node_First')).id, first.id)
  assert.equal((await looker.default_theme(THEN)).id, first.id)
  assert.equal((await looker.set_default_theme_by_type('Looker', 'internal')).name, 'Looker')
  assert.equal((await looker.default_theme_by_type('internal')).name, 'Looker')
  await looker.set_default_theme('Looker')
  const changed = await looker.update_theme(first.id, { settings: { show_title: true } })
  assert.deepEqual(
    [changed.settings.show_title, changed.settings.background_color],
    [true, '#112233']
  )
  assert.ok(!(await looker.validate_theme({ name: 'Fine' })))
  const bad = { settings: { font_family: 'Arial;' } }
  await assert.rejects(looker.validate_theme(bad), (refusal) => {
    const fields = refusal.errors.map((error) => error.field)
    assert.deepEqual(fields, ['name', 'name', 'settings.font_family'])
    return true
  })
  for (const { id, name } of [first, second]) {
    assert.deepEqual(await looker.theme(id, 'name'), { name })
    await looker.delete_theme(id)
  }
  await assert.rejects(looker.theme(first.id), { message: 'Not found' })
}

export const colors = async ({ looker }) => {
  const standard = await looker.color_collections_standard('id')
  const made = await looker.create_color_collection({
    label: 'Node colors',
    categoricalPalettes: [{ label: 'One', colors: ['red', '#00f'] }],
    divergingPalettes: [{ stops: [{ color: '#ffffff', offset: 0 }, { color: 'navy', offset: 99 }] }],
  })
  assert.deepEqual([made.id, made.divergingPalettes[0].stops[1].offset], ['node-colors', 99])
  assert.deepEqual(await looker.color_collection(made.id), made)
  assert.equal((await looker.all_color_collections('id')).length, standard.length + 1)
  assert.deepEqual(ids(await looker.color_collections_custom()), [made.id])
  const before = (await looker.default_color_collection()).id
  assert.equal((await looker.set_default_color_collection(made.id)).id, made.id)
  assert.equal((await looker.default_color_collection()).id, made.id)
  await looker.set_default_color_collection(before)
  const renamed = await looker.update_color_collection(made.id, { label: 'Others' })
  assert.deepEqual([renamed.id, renamed.label], [made.id, 'Others'])
  await looker.delete_color_collection(made.id)
  await assert.rejects(looker.color_collection(made.id), { message: 'Not found' })
}

export const artifacts = async ({ looker }) => {
  const space = 'node::notes'
  const [a, b] = await looker.update_artifacts(space, [
    { key: 'a', value: '{"n": 1}', content_type: 'application/json' },
    { key: 'b', value: 'text' },
  ])
  assert.deepEqual([a.version, a.value_size, b.content_type], [1, 8, 'text/plain'])
  const next = [{ key: 'b', value: 'more', version: 1 }]
  assert.equal((await looker.update_artifacts(space, next, 'version'))[0].version, 2)
  await assert.rejects(looker.update_artifacts(space, next), /version/)
  const read = await looker.artifact({ namespace: space, key: 'a,b' })
  assert.deepEqual(read.map((one) => one.value), ['{"n": 1}', 'more'])
  assert.deepEqual(await looker.artifact_value(space, 'a'), { n: 1 })
  assert.equal(await looker.artifact_value(space, 'b'), 'more')
  const large = await looker.search_artifacts({ namespace: space, min_size: 5 })
  assert.deepEqual(large.map((one) => one.key), ['a'])
  assert.deepEqual(await looker.artifact_namespaces({}), [{ namespace: space, count: 2 }])
  assert.equal((await looker.artifact_usage()).usage, 12)
  await looker.delete_artifact(space, 'a')
  await looker.purge_artifacts(space)
  assert.deepEqual(await looker.artifact_namespaces({}), [])
}
