// Settings of sign-in providers, and whom support may send, through the TypeScript SDK.
export const providers = async (sdk, report) => {
  const directory = { connection_host: '127.0.0.1', connection_port: '1', auth_username: 'cn=x' }
  const before = await sdk.ok(sdk.ldap_config())
  const tried = await sdk.ok(sdk.test_ldap_config_connection(directory))
  report('ldap', { enabled: before.enabled, status: tried.status })

  const body = { issuer: 'https://idp.example.com', scopes: ['openid'] }
  const slug = (await sdk.ok(sdk.create_oidc_test_config(body))).test_slug
  const { scopes } = await sdk.ok(sdk.oidc_test_config(slug))
  await sdk.ok(sdk.delete_oidc_test_config(slug))
  const gone = (await sdk.oidc_test_config(slug)).ok
  report('oidc', { enabled: (await sdk.ok(sdk.oidc_config())).enabled, scopes, gone })

  const emails = ['node@example.com']
  const [entry] = await sdk.ok(sdk.add_support_access_allowlist_entries({ emails, reason: 'node' }))
  const listed = async () =>
    (await sdk.ok(sdk.get_support_access_allowlist_entries())).some((one) => one.id === entry.id)
  const there = await listed()
  await sdk.ok(sdk.delete_support_access_allowlist_entry(entry.id))
  report('allowlist', [there, await listed()])
}
