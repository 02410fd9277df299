// Asio and Beast are header libraries; their bodies are compiled here, once for all targets.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
