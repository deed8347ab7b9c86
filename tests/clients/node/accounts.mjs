// Ways in that only somebody else can make, addresses of people, and providers of sign-in.
import assert from 'node:assert/strict'

const KINDS = ['ldap', 'google', 'saml', 'oidc', 'looker_openid']

export const waysIn = async ({ looker, user }) => {
  for (const kind of KINDS) {
    assert.equal((await looker[`user_credentials_${kind}`](user)).type, kind)
    await looker[`delete_user_credentials_${kind}`](user)
    await assert.rejects(looker[`user_credentials_${kind}`](user), { message: 'Not found' })
  }
  const [row] = await looker.all_user_sessions(user)
  assert.equal((await looker.user_session(user, row.id)).browser, 'Firefox')
  await looker.delete_user_session(user, row.id)
  assert.deepEqual(await looker.all_user_sessions(user), [])
}

export const addresses = async ({ looker }) => {
  const user = (await looker.create_user({ first_name: 'Nadia', last_name: 'Noder' })).id
  await looker.create_user_credentials_email(user, { email: 'way@testfoo.com' })
  await assert.rejects(looker.send_user_credentials_email_password_reset(user), /No mail server/)
  await assert.rejects(looker.wipeout_user_emails(user, { email: 'gone@testfoo.com' }))
  await looker.update_user(user, { is_disabled: true })
  const gone = await looker.wipeout_user_emails(user, { email: 'gone@testfoo.com' })
  assert.equal(gone.credentials_email.email, 'gone@testfoo.com')
  await looker.update_user(user, { is_disabled: false })

  const forced = async () => {
    const rows = await looker.search_credentials_email({})
    return rows.filter((row) => row.forced_password_reset_at_next_login).map((row) => row.user_id)
  }
  assert.deepEqual(await forced(), [])
  await looker.force_password_reset_at_next_login_for_all_users()
  const everybody = await forced()
  assert.ok(everybody.includes(user))
  const undo = { forced_password_reset_at_next_login: false }
  for (const one of everybody) await looker.update_user_credentials_email(one, undo)
  assert.deepEqual(await forced(), [])
  await looker.delete_user_credentials_email(user)
  assert.equal((await looker.user(user)).email, null)
  await looker.delete_user(user)
}

export const lockouts = async ({ sdk, looker }) => {
  const user = (await looker.create_user({ first_name: 'Nick', last_name: 'Noder' })).id
  const { client_id } = await looker.create_user_credentials_api3(user)
  for (let attempt = 0; attempt < 4; attempt++) await sdk.login({ client_id, client_secret: 'no' })
  const everything = await looker.all_user_login_lockouts()
  const own = everything.find((row) => row.remote_id === client_id)
  assert.deepEqual([own.user_id, own.auth_type, own.fail_count], [user, 'api', 4])
  await looker.delete_user_login_lockout(own.key)
  const left = await looker.all_user_login_lockouts()
  assert.ok(left.every((row) => row.remote_id !== client_id))
  await looker.delete_user(user)
}

export const embedded = async ({ looker, base_url }) => {
  const secret = await looker.create_embed_secret({ algorithm: 'hmac/sha-1', secret_type: 'SSO' })
  const { url } = await looker.create_sso_embed_url({
    target_url: `${base_url}/dashboards/1?Date=1 years`,
    external_user_id: 'node reader',
    permissions: ['access_data'],
    models: ['thelook'],
    session_length: 60,
    secret_id: secret.id,
  })
  assert.equal((await looker.validate_embed_url(url)).url, url)
  const entered = await fetch(url, { redirect: 'manual' })
  assert.deepEqual([entered.status, entered.headers.has('location')], [303, true])
  await assert.rejects(looker.validate_embed_url(url), (refusal) => {
    assert.match(refusal.errors[0].message, /nonce/)
    return true
  })
  const mine = await looker.create_embed_url_as_me({ target_url: `${base_url}/embed/looks/1` })
  assert.equal((await fetch(mine.url, { redirect: 'manual' })).status, 303)
  assert.equal((await fetch(mine.url, { redirect: 'manual' })).status, 401)
  await looker.delete_embed_secret(secret.id)
}

export const ldap = async ({ looker, directory, password }) => {
  const asked = { ...directory, test_ldap_user: 'ada' }
  assert.equal((await looker.test_ldap_config_connection(asked)).status, 'success')
  assert.equal((await looker.test_ldap_config_auth(asked)).status, 'success')
  const found = await looker.test_ldap_config_user_info(asked)
  assert.deepEqual([found.status, found.user.email], ['success', 'ada@example.com'])
  const right = { ...asked, test_ldap_password: password }
  assert.equal((await looker.test_ldap_config_user_auth(right)).user.first_name, 'Ada')
  const wrong = { ...asked, test_ldap_password: 'wrong' }
  assert.equal((await looker.test_ldap_config_user_auth(wrong)).status, 'error')
  const groups_with_role_ids = [{ name: 'cn=a,dc=y', role_ids: ['2'] }]
  const changed = await looker.update_ldap_config({ groups_with_role_ids })
  assert.deepEqual([changed.enabled, changed.groups[0].roles[0].id], [false, '2'])
  const emptied = await looker.update_ldap_config({ groups_with_role_ids: [] })
  assert.deepEqual(emptied.groups, [])
  assert.deepEqual((await looker.ldap_config()).groups, [])
}

export const oidc = async ({ looker }) => {
  const body = { issuer: 'https://node.example.com', scopes: ['openid', 'email'], secret: 's' }
  const changed = await looker.update_oidc_config(body)
  assert.deepEqual([changed.issuer, changed.scopes], [body.issuer, body.scopes])
  assert.equal((await looker.oidc_config()).secret ?? null, null)
  await assert.rejects(looker.update_oidc_config({ issuer: 'javascript:x' }), (refusal) => {
    assert.equal(refusal.errors[0].field, 'issuer')
    return true
  })
}

export const saml = async ({ looker, metadata, certificate }) => {
  const { idp_issuer, idp_url } = await looker.parse_saml_idp_metadata(metadata)
  assert.deepEqual(
    [idp_issuer, idp_url],
    ['https://idp.example.com/metadata', 'https://idp.example.com/sso']
  )
  const closed = looker.fetch_and_parse_saml_idp_metadata('http://127.0.0.1:1/metadata')
  await assert.rejects(closed, /may not be reached/)
  const body = { idp_issuer, idp_url, idp_cert: certificate }
  assert.equal((await looker.saml_config()).enabled, false)
  assert.equal((await looker.update_saml_config(body)).idp_issuer, idp_issuer)
  const { test_slug } = await looker.create_saml_test_config(body)
  assert.equal((await looker.saml_test_config(test_slug)).idp_url, idp_url)
  await looker.delete_saml_test_config(test_slug)
  await assert.rejects(looker.saml_test_config(test_slug), { message: 'Not found' })
}
