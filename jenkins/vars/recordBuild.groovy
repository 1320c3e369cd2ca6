// recordBuild(service: 'service1'): the last step of a service's build. Writes service1.env.groovy (env.SERVICE1_BUILD='90') and
// archives it for the pipelines downstream; the build's name is its number and its commit message, which is what their lists show.
def call(Map given) {
    String service = given.service
    if (!(service ==~ /[a-z][a-z0-9-]{0,30}/)) {
        error "recordBuild: '${service}' is no name of a service: small letters, digits, dashes"
    }
    String build = given.build ?: env.BUILD_NUMBER
    if (!(build ==~ /[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}/)) {
        error "recordBuild: '${build}' cannot be an image's tag"
    }
    String name = service.toUpperCase().replace('-', '_') + '_BUILD'
    writeFile file: "${service}.env.groovy", text: "env.${name}='${build}'\n"
    archiveArtifacts artifacts: "${service}.env.groovy", fingerprint: true
    String message = sh(returnStdout: true, script: 'git log -1 --format=%s').trim()
    nameBuild message
}
