command = "echo held-$((1+1)); until [ -e go-on ]; do sleep 0.1; done"
