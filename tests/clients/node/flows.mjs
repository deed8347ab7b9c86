// The unmodified official TypeScript SDK against a running server; prints one JSON line a check.
import { createHmac, randomBytes } from 'node:crypto'
import { LookerNodeSDK } from '@looker/sdk-node'
import { methodsOf, noting } from './noting.mjs'
import { access } from './access.mjs'
import { people } from './people.mjs'
import { definitions } from './definitions.mjs'
import { providers } from './providers.mjs'

const [base_url, client_id, client_secret] = process.argv.slice(2)

const settings = {
  base_url,
  timeout: 30,
  verify_ssl: false,
  readConfig: () => ({ base_url, client_id, client_secret }),
  isConfigured: () => true,
}
const called = new Set()
const sdk = noting(LookerNodeSDK.init40(settings), called)
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

// Embedding: an address signed here, and a session without cookies for one browser.
const secret = await sdk.ok(sdk.create_embed_secret({ algorithm: 'hmac/sha-1' }))
const user = {
  external_user_id: 'from node',
  permissions: ['access_data', 'see_looks'],
  models: ['thelook'],
}

const signed = (page) => {
  const params = {
    nonce: randomBytes(16).toString('hex'),
    time: Math.floor(Date.now() / 1000),
    session_length: 900,
    ...user,
    group_ids: [],
    user_attributes: { locale: 'fr_FR' },
    access_filters: {},
  }
  const path = `/login/embed/${encodeURIComponent(page)}`
  const texts = Object.fromEntries(Object.entries(params).map(([k, v]) => [k, JSON.stringify(v)]))
  const lines = [new URL(base_url).host, path, ...Object.values(texts)]
  const signature = createHmac('sha1', secret.secret).update(lines.join('\n'), 'utf8')
  const query = new URLSearchParams({
    ...texts,
    first_name: '"Zoë"',
    force_logout_login: 'true',
    signature: signature.digest('base64'),
  })
  return `${base_url}${path}?${query}`
}
const visit = async (url, agent) => {
  const found = await fetch(url, { redirect: 'manual', headers: { 'User-Agent': agent } })
  return { status: found.status, location: found.headers.get('location') }
}
const address = signed("/embed/dashboards/1?Name=it's (all)")
const valid = await sdk.ok(sdk.validate_embed_url(address))
const same = decodeURIComponent(valid.url) === decodeURIComponent(address)
report('signed', { valid: same, ...(await visit(address, 'any')) })
report('signed twice', await visit(address, 'any'))

const browser = { headers: { 'User-Agent': 'A browser/1.0' } }
const session = await sdk.ok(sdk.acquire_embed_cookieless_session(user, browser))
const page = encodeURIComponent(`/embed/looks/1?embed_navigation_token=${session.navigation_token}`)
const login = `${base_url}/login/embed/${page}`
const enter = `${login}?embed_authentication_token=${session.authentication_token}`
report('other browser', await visit(enter, 'Another/1.0'))
const inside = await visit(enter, 'A browser/1.0')
report('cookieless', { status: inside.status })
report('page', await visit(`${base_url}${inside.location}`, 'A browser/1.0'))
const { session_reference_token, api_token, navigation_token } = session
const renewed = await sdk.ok(
  sdk.generate_tokens_for_cookieless_session(
    { session_reference_token, api_token, navigation_token },
    browser
  )
)
report('renewed', { ttl: renewed.session_reference_token_ttl, other: renewed.api_token !== api_token })
const bad = await sdk.generate_tokens_for_cookieless_session(
  { session_reference_token, api_token: navigation_token, navigation_token },
  browser
)
report('bad tokens', { ok: bad.ok, message: bad.error?.message })
const asked = await fetch(`${base_url}/api/4.0/user`, {
  headers: { ...browser.headers, Authorization: `Bearer ${renewed.api_token}` },
})
report('embed user', (await asked.json()).is_embed_user)
await sdk.ok(sdk.delete_embed_cookieless_session(session_reference_token))
await sdk.ok(sdk.delete_embed_secret(secret.id))

await access(sdk, report)
await people(sdk, report)
await definitions(sdk, report)
await providers(sdk, report)

report('logged out', await sdk.authSession.logout())
report('methods', { called: [...called], all: methodsOf(sdk) })
