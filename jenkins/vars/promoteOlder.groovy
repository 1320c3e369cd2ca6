// promoteOlder(deploy: 'DEPLOY', stack:, region:, tenant:, smoke: '/health', confirmed: false, unpromoted: 'why'): the builds that the deploy
// ran which the Run parameter of that name chose. A protected stack takes what does not run in the stack before only with a reason.
def call(Map given) {
    withTenant(given) {
        try {
            String job = env["${given.deploy}_JOBNAME"]
            if (!job) {
                error "${given.deploy}: no deploy was chosen, or its job has none that succeeded"
            }
            copyArtifacts projectName: job, selector: specific(env["${given.deploy}_NUMBER"]), filter: 'builds/running.env.groovy,builds/tenant',
                target: 'builds', flatten: true, fingerprintArtifacts: true
            String tenant = readFile('builds/tenant').trim()
            if (tenant != env.TENANT) {
                error "${env[given.deploy + '_NAME']} is a deploy of ${tenant}, not of ${env.TENANT}"
            }
            withEnv(["UNPROMOTED=${given.unpromoted ?: ''}"]) {
                sh 'exec ./orchestrate apply "$STACK" "$REGION" -var "tenant=$TENANT" --builds builds ${UNPROMOTED:+--unpromoted "$UNPROMOTED"} ${SMOKE:+--smoke "$SMOKE"} --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            }
            showUrl()
            archiveRunning()
        } finally {
            publishReports('Promotion')
        }
    }
}
