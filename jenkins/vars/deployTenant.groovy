// deployTenant(stack:, region:, tenant:, builds: ['SERVICE1', ...], smoke: '/health', confirmed: false): the builds that the Run
// parameters of those names chose, to one tenant; its address as the build's description. A deploy that failed archives no builds.
def call(Map given) {
    withTenant(given) {
        try {
            copyBuilds(given.builds)
            sh 'exec ./orchestrate apply "$STACK" "$REGION" -var "tenant=$TENANT" --builds builds ${SMOKE:+--smoke "$SMOKE"} --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            showUrl()
            archiveRunning()
            nameBuild "${env.TENANT}: ${chosen(given.builds)}"
        } finally {
            publishReports('Deploy')
        }
    }
}

// service1 90-Round the corners, service2 17-Square them: what the lists of builds showed.
String chosen(List names) {
    List found = []
    for (name in names) {
        found << name.toLowerCase().replace('_', '-') + ' ' + env["${name}_NAME"]
    }
    return found.join(', ')
}
