// The metadata service of an instance: who and where it is, and the roles' temporary credentials
// (facts/tencent-cloud.md 6.2). The same credentials are told until a tenth of their life is left;
// older ones stay good until they expire. All who ask are the same instance: the first by id that
// has a role, or else the first of all, to which no role is told.
#include "cloud.hpp"
#include "fault_effects.hpp"
#include "text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::string_view root = "/latest/meta-data/";
constexpr std::string_view roles_path = "/latest/meta-data/cam/security-credentials/";

HttpAnswer plain(int status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "text/plain");
    answer.body = std::move(body);
    return answer;
}

const std::pair<const std::string, Credential>& current_credential(
    State& state, const Account& account, const Role& role
) {
    for (const auto& entry : state.credentials) {
        const Credential& credential = entry.second;
        if (credential.uin == account.uin && credential.role == role.name &&
            credential.session.empty() && state.now < *credential.expires - role.lifetime / 10) {
            return entry;
        }
    }
    Credential fresh;
    fresh.uin = account.uin;
    fresh.role = role.name;
    fresh.secret_key = state.credentials_chance.word(32);
    fresh.token = state.credentials_chance.word(96);
    fresh.expires = state.now + role.lifetime;
    const std::string id = "AKID" + state.credentials_chance.word(60);
    return *state.credentials.emplace(id, std::move(fresh)).first;
}

std::string to_text(const std::string& id, const Credential& credential) {
    json::object result;
    result["TmpSecretId"] = json::string{id};
    result["TmpSecretKey"] = json::string{credential.secret_key};
    result["ExpiredTime"] = whole_seconds(*credential.expires);
    result["Expiration"] = json::string{to_rfc3339(*credential.expires)};
    result["Token"] = json::string{credential.token};
    result["Code"] = "Success";
    return json::serialize(result);
}

const Instance* asking_instance(const State& state) {
    const Instance* first = nullptr;
    for (const auto& [id, instance] : state.instances) {
        if (!instance.cam_role.empty()) {
            return &instance;
        }
        first = first == nullptr ? &instance : first;
    }
    return first;
}

// The list of roles, of one, for the name "".
HttpAnswer tell_role(State& state, const std::string& role_name) {
    const Instance* instance = asking_instance(state);
    const Account* account = instance == nullptr ? nullptr : state.find_account(instance->uin);
    if (account == nullptr || (!role_name.empty() && role_name != instance->cam_role)) {
        return plain(404, "Not Found");
    }
    const auto role = std::ranges::find(account->roles, instance->cam_role, &Role::name);
    if (role == account->roles.end()) {
        return plain(404, "Not Found");
    }
    if (role_name.empty()) {
        return plain(200, role->name);
    }
    const auto& [id, credential] = current_credential(state, *account, *role);
    return plain(200, to_text(id, credential));
}

HttpAnswer tell_instance(const State& state, std::string_view path) {
    const Instance* instance = asking_instance(state);
    path.remove_prefix(std::min(root.size(), path.size()));
    if (instance != nullptr && path == "instance-id") {
        return plain(200, instance->id);
    }
    if (instance != nullptr && path == "placement/region") {
        return plain(200, instance->region);
    }
    if (instance != nullptr && path == "placement/zone") {
        return plain(200, instance->zone);
    }
    return plain(404, "Not Found");
}

}  // namespace

HttpAnswer Cloud::answer_metadata(
    const HttpRequest& request, const Clocks& clocks, RequestRecord record
) {
    const std::string path = parse_target(request.target).path;
    record.action = "metadata:" + path;
    HttpAnswer answer;
    std::optional<Fault> fault;
    const FaultSubject subject{record.action, "", ""};
    std::optional<HttpAnswer> instead = strike_caller(subject, request, clocks, record, fault);
    if (instead) {
        return std::move(*instead);
    }
    if (fault && fault->kind == FaultKind::error) {
        answer = plain(fault->status, fault->message);
    } else if (state_.behaviour.hardened_metadata) {
        // How a token would be asked for is nowhere to be read, so nobody has one.
        answer = plain(401, "Unauthorized");
    } else if (request.method != "GET") {
        answer = plain(405, "Method Not Allowed");
    } else if (!path.starts_with(roles_path) && path + "/" != roles_path) {
        answer = tell_instance(state_, path);
    } else {
        answer = tell_role(state_, path.substr(std::min(path.size(), roles_path.size())));
    }
    record.code = answer.status == 200 ? "" : std::to_string(answer.status);
    answer.record = std::move(record);
    if (fault) {
        spoil(answer, *fault);
    }
    return answer;
}

}  // namespace cloudsim
