# One module per machine; the tag is what the backup job looks for.
module "k3s_m" {
  source      = "./modules/vm"
  name        = "k3s-m"
  target_node = "pve1"
  storage     = "luns"
  tags        = ["backup"]
}

module "k3s_w1" {
  source      = "./modules/vm"
  name        = "k3s-w1"
  target_node = "pve2"
  storage     = "luns"
  tags        = ["backup"]
}
