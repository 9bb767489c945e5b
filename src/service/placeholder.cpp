namespace syncnet::service {}
