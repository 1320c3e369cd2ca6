// onAgent('deploy') { ... }: an agent with a checkout of this project, and nothing in reports/ and builds/ of an earlier build.
// Jenkins' own retry, for an agent that is lost and for nothing else: what Terraform answered is never tried again.
def call(Map given = [:], String label, Closure body) {
    retry(count: given.lost ?: 1, conditions: [agent()]) {
        node(label) {
            checkout scm
            dir('reports') { deleteDir() }
            dir('builds') { deleteDir() }
            body()
        }
    }
}
