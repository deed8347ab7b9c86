// What the SDK does beside calling operations: pages, streams, errors.
import assert from 'node:assert/strict'
import { Looker40SDKStream } from '@looker/sdk'
import { ErrorDoc, pageAll, pager } from '@looker/sdk-rtl'

// Every page that `call` leads to: the rows of all, how many each had, and what the pager knows.
const collected = async (sdk, call) => {
  const [rows, sizes] = [[], []]
  const last = await pageAll(sdk, call, (page) => {
    rows.push(...page)
    sizes.push(page.length)
    return page
  })
  return { names: names(rows), sizes, last }
}

const names = (rows) => rows.map((row) => row.name)
const of = (...numbers) => numbers.map((number) => `Node, page ${number}`)

export const pages = async ({ sdk, looker }) => {
  const outer = (await looker.create_folder({ name: 'Node pages', parent_id: '1' })).id
  for (const name of of(1, 2, 3, 4, 5)) await looker.create_folder({ name, parent_id: outer })
  const wanted = { parent_id: outer, name: 'node, page%', fields: 'id,name', sorts: 'name' }
  const found = await pager(sdk, () => sdk.search_folders({ ...wanted, limit: 2 }))
  assert.deepEqual([found.total, found.limit, found.offset], [5, 2, 0])
  assert.deepEqual([found.page, found.pages, found.more()], [1, 3, true])
  assert.deepEqual(names(found.items), of(1, 2))
  assert.deepEqual(names(await sdk.ok(found.nextPage())), of(3, 4))
  assert.deepEqual([found.page, found.hasRel('prev'), found.more()], [2, true, true])
  assert.deepEqual(names(await sdk.ok(found.lastPage())), of(5))
  assert.equal(found.more(), false)
  assert.deepEqual(names(await sdk.ok(found.prevPage())), of(3, 4))
  assert.deepEqual(names(await sdk.ok(found.firstPage())), of(1, 2))
  assert.deepEqual(names(await sdk.ok(found.getRel('next', 3, 1))), of(2, 3, 4))

  const all = await collected(sdk, () => sdk.search_folders({ ...wanted, limit: 2 }))
  assert.deepEqual([all.names, all.sizes], [of(1, 2, 3, 4, 5), [2, 2, 1]])
  const whole = await collected(sdk, () => sdk.search_folders(wanted))
  assert.deepEqual([whole.names, whole.last.limit], [of(1, 2, 3, 4, 5), -1])
  const children = { folder_id: outer, sorts: 'name desc', limit: 3, fields: 'name' }
  const back = await collected(sdk, () => sdk.folder_children(children))
  assert.deepEqual([back.names, back.sizes], [of(5, 4, 3, 2, 1), [3, 2]])
  const second = await looker.search_folders({ ...wanted, page: 2, per_page: 3 })
  assert.deepEqual(names(second), of(4, 5))
  await looker.delete_folder(outer)
}

export const streams = async ({ sdk, looker }) => {
  const text = "SELECT range AS n, 'line ' || range AS words FROM range(50000)"
  const { slug } = await looker.create_sql_query({ connection_name: 'shop', sql: text })
  const streaming = new Looker40SDKStream(sdk.authSession)
  let [chunks, lines, last] = [0, 0, '']
  const read = async (response) => {
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
    const decoder = new TextDecoder()
    for await (const chunk of response.body) {
      const part = decoder.decode(chunk, { stream: true })
      chunks += 1
      lines += part.split('\n').length - 1
      last = (last + part).slice(-40)
    }
  }
  await streaming.run_sql_query(read, slug, 'csv')
  assert.deepEqual([lines, last.trimEnd().split('\n').pop()], [50_001, '49999,line 49999'])
  assert.ok(chunks > 1)

  const body = { model: 'shop', view: 'orders', fields: ['orders.count'] }
  const json = await streaming.run_inline_query((response) => response.json(), {
    result_format: 'json',
    body,
  })
  assert.deepEqual(json, [{ 'orders.count': 4 }])
}

export const errors = async ({ sdk, looker }) => {
  const answer = await sdk.look('999999')
  assert.deepEqual([answer.ok, answer.error.message], [false, 'Not found'])
  const refusal = await looker.create_look({ title: 'Nothing' }).catch((error) => error)
  assert.equal(refusal.name, 'LookerSDKError')
  assert.ok(refusal.errors.every((error) => error.documentation_url && error.field && error.code))
  assert.ok(refusal.errors.some((error) => error.field === 'query_id'))

  let asked = 0
  const documents = new ErrorDoc(sdk, async () => `${(asked += 1)}`)
  assert.match(await documents.content(refusal.documentation_url), /No documentation found/)
  assert.equal(asked, 0)
}
