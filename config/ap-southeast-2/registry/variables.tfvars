# registry: where builds push images, once for all environments.

repositories = ["jenkins-agent", "jenkins-controller", "service1", "service2"]

pull_accounts = [] # accounts of other environments, such as "333333333333" for live
