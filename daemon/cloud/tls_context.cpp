#include "cloud/tls_context.hpp"

#include <openssl/ssl.h>

#include <cstdlib>
#include <utility>

namespace cvmbackup {

namespace ssl = boost::asio::ssl;

TlsContext::TlsContext(std::string ca_file)
    : ca_file_(std::move(ca_file)) {}

ssl::context& TlsContext::get() {
    if (context_)
        return *context_;
    context_ = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX* native = context_->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections cost no 32 kB each
    context_->set_verify_mode(ssl::verify_peer);
    boost::system::error_code ignored;  // without authorities no peer is trusted, which says it all
    if (!ca_file_.empty()) {
        context_->load_verify_file(ca_file_, ignored);
        return *context_;
    }
    // The directory is read one certificate at a time, as needed; the bundle would be parsed whole.
    SSL_CTX_set_default_verify_dir(native);
    if (std::getenv("SSL_CERT_FILE") != nullptr)
        SSL_CTX_set_default_verify_file(native);
    return *context_;
}

}  // namespace cvmbackup
