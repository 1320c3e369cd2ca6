// deployFleet(stack:, region:, builds: ['SERVICE1', ...], parts: 4, confirmed: false): all tenants of a stack, on several agents at
// once. The stack layer first; then the tenants that these builds change, in shards, each on an agent of its own (a shard whose agent is lost runs
// once more: what it had done is unchanged by then); then one report of all. How the build ends is what that report says.
def call(Map given) {
    String label = "${given.region}/${given.stack}"
    lock(resource: "orchestrate/${label}") {
        withEnv(["STACK=${given.stack}", "REGION=${given.region}", "PARTS=${given.parts}", "CONFIRM=${given.confirmed ? label : ''}"]) {
            List parts = prepare(given)
            if (!parts) {
                echo "${label}: these builds change no tenant"
                return
            }
            try {
                stage('Tenants') {
                    parallel branches(parts)
                }
            } finally {
                stage('Report') {
                    report(parts.size())
                }
            }
        }
    }
}

List prepare(Map given) {
    List parts = []
    stage('Stack layer') {
        onAgent('deploy') {
            copyBuilds(given.builds)
            stash name: 'builds', includes: 'builds/*'
            sh 'exec ./orchestrate apply "$STACK" "$REGION" --timeout 50m -lock-timeout=10m --confirm "$CONFIRM"'
            sh 'exec ./orchestrate shards "$STACK" "$REGION" -n "$PARTS" --builds builds --format jenkins > parts.groovy'
            parts = load 'parts.groovy'
        }
    }
    return parts
}

Map branches(List parts) {
    Map found = [:]
    for (int n = 1; n <= parts.size(); n++) {
        Map part = parts[n - 1]
        String number = "${n}"
        found["part ${part.part}"] = {
            onAgent('deploy', lost: 2) {
                unstash 'builds'
                withEnv(["PART=${number}", "TENANTS=${part.tenants}"]) {
                    sh(returnStatus: true, script: 'exec ./orchestrate apply "$STACK" "$REGION" --tenants "$TENANTS" --builds builds --report "reports/part-$PART.json" --timeout 5h -lock-timeout=10m --confirm "$CONFIRM"')
                }
                // A part that could not even write its report ends here, and the build with it.
                stash name: "part-${number}", includes: 'reports/part-*.json'
            }
        }
    }
    return found
}

void report(int parts) {
    onAgent('deploy') {
        try {
            for (int n = 1; n <= parts; n++) {
                String number = "${n}"
                // The part without a report has failed the build already; the others are told all the same.
                catchError(buildResult: 'FAILURE', stageResult: 'FAILURE') {
                    unstash "part-${number}"
                }
            }
            sh 'exec ./orchestrate report merge reports/part-*.json --report reports/report.json --junit reports/report.xml --html reports/report.html'
            unstash 'builds'
            archiveArtifacts artifacts: 'builds/*', fingerprint: true
        } finally {
            publishReports('Tenants')
        }
    }
}
