// Asks an evaluator that a developer installed by hand: JSON Lines in, JSON Lines out, in order.
// The only argument is the folder whose node_modules holds it. Only its documented entry points are called.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const require = createRequire(join(process.argv[2], 'package.json'))
const { runSimulation, runUnsafeSimulation } = require('@cloud-copilot/iam-simulate')

async function checked(simulation) {
  try {
    const found = await runSimulation(simulation, {})
    if (found.resultType === 'error') return { error: JSON.stringify(found.errors) }
    const ignored = found.resultType === 'single' ? found.result.ignoredContextKeys : undefined
    return { effect: found.overallResult, ignored: ignored ?? [] }
  } catch (error) {
    return { error: `${error}` }
  }
}

function unchecked(simulation) {
  try {
    return runUnsafeSimulation(simulation, {})
  } catch (error) {
    return `error ${error}`
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const simulation = JSON.parse(line)
  const answer = { ...(await checked(simulation)), unchecked: unchecked(simulation) }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
