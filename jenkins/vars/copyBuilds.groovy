// copyBuilds(['SERVICE1', 'SERVICE2']): of each Run parameter, the *.env.groovy of the build that was chosen, into builds/. Nothing is
// loaded: orchestrate reads the files as data.
def call(List names) {
    for (name in names) {
        String job = env["${name}_JOBNAME"]
        if (!job) {
            error "${name}: no build was chosen, or its job has none that succeeded"
        }
        copyArtifacts projectName: job, selector: specific(env["${name}_NUMBER"]), filter: '*.env.groovy', target: 'builds',
            flatten: true, fingerprintArtifacts: true
    }
}
