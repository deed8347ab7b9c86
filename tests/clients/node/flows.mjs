// The unmodified official TypeScript SDK against a running server; prints one JSON line a check.
import { LookerNodeSDK } from '@looker/sdk-node'

const [base_url, client_id, client_secret] = process.argv.slice(2)

const settings = {
  base_url,
  timeout: 30,
  verify_ssl: false,
  readConfig: () => ({ base_url, client_id, client_secret }),
  isConfigured: () => true,
}
const sdk = LookerNodeSDK.init40(settings)
const report = (check, value) => console.log(JSON.stringify({ check, value }))

const query = {
  model: 'thelook',
  view: 'order_items',
  fields: ['users.state', 'order_items.count'],
  sorts: ['order_items.count desc'],
  limit: '5',
}

const me = await sdk.ok(sdk.me())
report('me', { id: me.id, email: me.email })
report('narrow me', Object.keys(await sdk.ok(sdk.me('id,first_name'))))

const rows = await sdk.ok(sdk.run_inline_query({ result_format: 'json', body: query }))
report('rows', rows)

const csv = await sdk.ok(sdk.run_inline_query({ result_format: 'csv', body: query }))
report('csv lines', csv.trimEnd().split('\n').length)

const created = await sdk.ok(sdk.create_query({ ...query, filters: [] }))
report('created', { id: created.id, client_id: created.client_id })
report('run', (await sdk.ok(sdk.run_query({ query_id: created.id, result_format: 'json' }))).length)

const task = await sdk.ok(
  sdk.create_query_task({ body: { query_id: created.id, result_format: 'json' } })
)
let answer = {}
for (let attempt = 0; attempt < 200; attempt++) {
  answer = (await sdk.ok(sdk.query_task_multi_results([task.id])))[task.id]
  if (!['added', 'running'].includes(answer.status)) break
}
report('task', { status: answer.status, rows: answer.data.length })

const explore = await sdk.ok(
  sdk.lookml_model_explore({ lookml_model_name: 'thelook', explore_name: 'order_items' })
)
report('explore', { id: explore.id, dimensions: explore.fields.dimensions.length > 20 })

const missing = await sdk.query('there-is-no-such-query')
report('missing', { ok: missing.ok, message: missing.error?.message })

report('logged out', await sdk.authSession.logout())
