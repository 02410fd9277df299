// sts AssumeRole (facts/tencent-cloud.md 6.3). Whoever the role trusts gets credentials of the
// role's account for a while. Nothing less than all rights is simulated, so a policy is refused.
#include "action_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <cctype>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::int64_t lifetime_default = 7200;  // seconds, AssumeRole, DurationSeconds
constexpr std::int64_t lifetime_max = 43'200;
constexpr std::size_t name_min = 2;  // RoleSessionName and ExternalId
constexpr std::size_t name_max = 128;
constexpr std::size_t tags_max = 50;

struct Wish {
    std::string arn;
    std::string session;
    std::string external_id;
    std::int64_t lifetime = lifetime_default;
};

[[noreturn]] void refuse(const std::string& kind, const std::string& message) {
    throw Refusal{"InvalidParameter." + kind, message};
}

void check_name(const std::string& what, const std::string& name, std::string_view marks) {
    const auto is_allowed = [marks](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               marks.find(c) != std::string_view::npos;
    };
    if (name.size() < name_min || name.size() > name_max ||
        !std::ranges::all_of(name, is_allowed)) {
        refuse(
            "ParamError",
            "`" + what + "` must be 2 to 128 of letters, digits and " + std::string{marks} + "."
        );
    }
}

void take_tags(Params& params) {
    std::vector<Params> tags = params.objects("Tags");
    std::set<std::string> keys;
    for (Params& tag : tags) {
        if (!keys.insert(tag.text("Key")).second) {
            refuse("ParamError", "A tag is given twice.");
        }
        tag.text("Value");
        tag.finish();
    }
    if (tags.size() > tags_max) {
        refuse("ParamError", "There are more than 50 tags.");
    }
}

Wish take_wish(Params& params) {
    Wish wish;
    wish.arn = params.text("RoleArn");
    wish.session = params.text("RoleSessionName");
    wish.lifetime = params.integer("DurationSeconds").value_or(lifetime_default);
    wish.external_id = params.optional_text("ExternalId").value_or("");
    take_tags(params);
    params.optional_text("SourceIdentity");
    bool is_beyond_us = false;
    for (const char* name : {"Policy", "SerialNumber", "TokenCode"}) {
        is_beyond_us = params.optional_text(name).has_value() || is_beyond_us;
    }
    params.finish();
    check_name("RoleSessionName", wish.session, "_+=,.@-");
    if (!wish.external_id.empty()) {
        check_name("ExternalId", wish.external_id, "_+=,.@:/-");
    }
    if (wish.lifetime < 1 || wish.lifetime > lifetime_max) {
        refuse("OverTimeError", "`DurationSeconds` must be from 1 to 43200.");
    }
    if (is_beyond_us) {
        throw Refusal{"UnsupportedOperation", "Policies and MFA are not simulated."};
    }
    return wish;
}

struct RoleName {
    std::string uin;
    std::string id;  // one of the two is empty
    std::string name;
};

// qcs::cam::uin/UIN:roleName/NAME or qcs::cam::uin/UIN:role/ID
RoleName parse_arn(const std::string& arn) {
    constexpr std::string_view start = "qcs::cam::uin/";
    const auto colon = arn.find(':', start.size());
    if (!arn.starts_with(start) || colon == std::string::npos) {
        refuse("ParamError", "`RoleArn` is not of the documented form.");
    }
    RoleName role;
    role.uin = arn.substr(start.size(), colon - start.size());
    const std::vector<std::string> path = split(arn.substr(colon + 1), '/');
    const bool is_named = path.front() == "roleName";
    const bool is_good = path.size() == 2 && !path[1].empty() && !role.uin.empty() &&
                         (is_named || path.front() == "role");
    // Service roles have a third part and trust services only.
    if (!is_good && path.size() != 3) {
        refuse("ParamError", "`RoleArn` is not of the documented form.");
    }
    (is_named ? role.name : role.id) = path.back();
    return role;
}

const Role& wanted_role(const Call& call, const Wish& wish, const RoleName& name) {
    const Account* account = call.state.find_account(name.uin);
    if (account == nullptr) {
        refuse("AccountNotAvaliable", "There is no account `" + name.uin + "`.");
    }
    const auto role = std::ranges::find_if(account->roles, [&name](const Role& each) {
        return name.name.empty() ? each.id == name.id : each.name == name.name;
    });
    if (role == account->roles.end()) {
        throw Refusal{"ResourceNotFound.RoleNotFound", "There is no role `" + wish.arn + "`."};
    }
    const std::string& caller = call.account.uin;
    const bool is_trusted = role->trusts.empty()
                                ? caller == name.uin
                                : std::ranges::find(role->trusts, caller) != role->trusts.end();
    if (!is_trusted || role->external_id != wish.external_id) {
        throw Refusal{"UnauthorizedOperation", "`" + caller + "` may not assume " + wish.arn + "."};
    }
    return *role;
}

}  // namespace

json::object assume_role(Call& call, Params& params) {
    const Wish wish = take_wish(params);
    const RoleName name = parse_arn(wish.arn);
    const Role& role = wanted_role(call, wish, name);
    State& state = call.state;
    Credential fresh;
    fresh.uin = name.uin;
    fresh.role = role.name;
    fresh.session = wish.session;
    fresh.requester = call.account.uin;
    fresh.secret_key = state.credentials_chance.word(32);
    fresh.token = state.credentials_chance.word(96);
    fresh.expires =
        std::chrono::floor<std::chrono::seconds>(state.now) + std::chrono::seconds{wish.lifetime};
    const std::string id = "AKID" + state.credentials_chance.word(60);
    const Credential& given = state.credentials.emplace(id, std::move(fresh)).first->second;
    json::object credentials;
    credentials["Token"] = json_text(given.token);
    credentials["TmpSecretId"] = json_text(id);
    credentials["TmpSecretKey"] = json_text(given.secret_key);
    json::object result;
    result["Credentials"] = std::move(credentials);
    result["ExpiredTime"] = whole_seconds(*given.expires);
    result["Expiration"] = json_text(to_rfc3339(*given.expires));
    return result;
}

}  // namespace cloudsim
