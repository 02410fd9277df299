// A certificate authority and a server certificate, made for one test run.
#pragma once

#include <string>

namespace cvmbackup {

struct ServerFiles {
    std::string ca_pem;
    std::string certificate_pem;
    std::string key_pem;
};

// For the address 127.0.0.1 and the name `dns_name`.
ServerFiles make_server_files(const std::string& dns_name);

}  // namespace cvmbackup
