// Signs what it is told to, one request as a JSON object a line, and prints the Authorization
// header of each. tests/cloudsim/sdk/signer.test.mjs compares them with those of the vendor's SDKs.
//
//   {"secret_id":…,"secret_key":…,"service":…,"host":…,"content_type":…,"body":…,"timestamp":…}
//   {"secret_id":…,"secret_key":…,"method":…,"path":…,"params":{…},"headers":{…},"begin":…,"end":…}
#include "cloud/sign.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <string>

namespace {

namespace json = boost::json;
using namespace cvmbackup;

std::string text(const json::object& line, const char* name) {
    return std::string(line.at(name).as_string());
}

std::map<std::string, std::string> texts(const json::object& line, const char* name) {
    std::map<std::string, std::string> result;
    for (const auto& [key, value] : line.at(name).as_object())
        result.emplace(key, value.as_string());
    return result;
}

std::string tc3(Tc3Signer& signer, const json::object& line) {
    Tc3Input input;
    input.secret_id = text(line, "secret_id");
    input.secret_key = text(line, "secret_key");
    input.service = text(line, "service");
    input.host = text(line, "host");
    input.content_type = text(line, "content_type");
    input.body = text(line, "body");
    input.timestamp = line.at("timestamp").to_number<std::int64_t>();
    return signer.sign(input).authorization;
}

std::string cos(const json::object& line) {
    CosInput input;
    input.secret_id = text(line, "secret_id");
    input.secret_key = text(line, "secret_key");
    input.method = text(line, "method");
    input.path = text(line, "path");
    input.params = texts(line, "params");
    input.headers = texts(line, "headers");
    input.begin = line.at("begin").to_number<std::int64_t>();
    input.end = line.at("end").to_number<std::int64_t>();
    return sign_cos(input).authorization;
}

}  // namespace

int main() {
    try {
        Tc3Signer signer;
        for (std::string line; std::getline(std::cin, line);) {
            const json::value parsed = json::parse(line);
            const json::object& request = parsed.as_object();
            std::cout << (request.contains("service") ? tc3(signer, request) : cos(request))
                      << '\n';
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "sign_lines: " << error.what() << '\n';
        return 1;
    }
}
