loki.source.journal "all" {
  forward_to = [loki.write.lab.receiver]
}

loki.write "lab" {
  endpoint {
    url = "http://loki:3100/loki/api/v1/push"
  }
}
