# Values of every region and every stack.

zone = "example.com" # the hosted zone in Route 53

# Image repositories, without a tag: the tag is the build number. Every environment runs the same images.
images = {
  service1 = "docker.io/example/service1" # the web application
  service2 = "docker.io/example/service2" # its background worker
  api      = "docker.io/example/api"
  worker   = "docker.io/example/worker"
}
