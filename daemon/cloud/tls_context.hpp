// Whom we trust and which TLS we speak. Made at the first TLS connection: a daemon that talks plain
// HTTP in a test bed never loads certificates.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace cvmbackup {

class TlsContext {
public:
    // An empty file: the system's authorities, or those of SSL_CERT_DIR and SSL_CERT_FILE.
    explicit TlsContext(std::string ca_file);
    boost::asio::ssl::context& get();

private:
    std::string ca_file_;
    std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace cvmbackup
