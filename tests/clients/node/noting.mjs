// Which methods of an SDK were called, and which there are.

// The SDK, noting in `called` what is asked of it.
export const noting = (sdk, called) =>
  new Proxy(sdk, {
    get: (target, name) => {
      const found = target[name]
      if (typeof found !== 'function') return found
      called.add(name)
      return found.bind(target)
    },
  })

export const methodsOf = (sdk) => {
  const found = []
  for (let of = sdk; of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    found.push(...Object.getOwnPropertyNames(of))
  }
  return found
}
