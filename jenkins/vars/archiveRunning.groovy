// archiveRunning(): what a tenant runs after a deploy, as running.env.groovy, in the form that a deploy takes, and whose it is; beside them
// the files that were deployed. The build's name says the same.
def call() {
    sh 'mkdir -p builds'
    sh 'exec ./orchestrate builds "$STACK" "$REGION" -var "tenant=$TENANT" --format groovy > builds/running.env.groovy'
    writeFile file: 'builds/tenant', text: env.TENANT
    archiveArtifacts artifacts: 'builds/*', fingerprint: true
    nameBuild "${env.TENANT}: ${running()}"
}

// env.SERVICE1_BUILD='90' is service1 90.
String running() {
    List found = []
    for (line in readFile('builds/running.env.groovy').tokenize('\n')) {
        if (line.startsWith('env.')) {
            found << line.replace('env.', '').replace('_BUILD=', ' ').replace("'", '').toLowerCase().replace('_', '-')
        }
    }
    return found.join(', ')
}
