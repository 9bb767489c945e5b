namespace syncnet::score {}
