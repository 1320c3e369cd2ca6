// showUrl(): the tenant's address as the build's description, a link. Only what is plainly an address becomes one.
def call() {
    String url = sh(returnStdout: true, script: 'exec ./orchestrate output "$STACK" "$REGION" -var "tenant=$TENANT" -raw url').trim()
    currentBuild.description = url ==~ /https?:\/\/[A-Za-z0-9._~:\/?#@!*+,;=%-]+/ ? "<a href=\"${url}\">${url}</a>" : env.TENANT
    echo url
}
