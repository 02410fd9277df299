#include "cos_common.hpp"

namespace cloudsim {

HttpAnswer head_bucket(CosCall& call) {
    HttpAnswer answer;
    answer.headers.emplace_back("x-cos-bucket-region", call.bucket->bucket.region);
    answer.content_length = 0;
    return answer;
}

// At service.cos.myqcloud.com all buckets of the account, at cos.REGION.myqcloud.com the region's.
HttpAnswer list_buckets(CosCall& call) {
    const int most = call.number("max-keys", 2000, 1, 2000);
    const std::string marker = call.parameter("marker");
    std::string buckets;
    std::string last;
    int count = 0;
    bool is_truncated = false;
    for (const auto& [name, bucket] : call.state.buckets) {
        const bool is_here =
            call.target.region.empty() || call.target.region == bucket.bucket.region;
        if (bucket.uin != call.caller.uin || !is_here || name <= marker) {
            continue;
        }
        if (count == most) {
            is_truncated = true;
            break;
        }
        buckets += element(
            "Bucket",
            element("Name", name) + element("Location", bucket.bucket.region) +
                element("CreationDate", to_rfc3339(bucket.created)) + element("BucketType", "cos")
        );
        last = name;
        ++count;
    }
    const std::string id = "qcs::cam::uin/" + call.caller.uin + ":uin/" + call.caller.uin;
    return xml_answer(
        "ListAllMyBucketsResult",
        element("Owner", element("ID", id) + element("DisplayName", call.caller.uin)) +
            element("Marker", marker) + (is_truncated ? element("NextMarker", last) : "") +
            element("IsTruncated", is_truncated ? "true" : "false") + element("Buckets", buckets)
    );
}

HttpAnswer bucket_location(CosCall& call) {
    return xml_answer("LocationConstraint", call.bucket->bucket.region);
}

HttpAnswer get_versioning(CosCall& call) {
    std::string status;
    if (call.bucket->versioning != Versioning::never) {
        const bool is_on = call.bucket->versioning == Versioning::enabled;
        status = element("Status", is_on ? "Enabled" : "Suspended");
    }
    return xml_answer("VersioningConfiguration", status);
}

HttpAnswer put_versioning(CosCall& call) {
    check_content_md5(call.request, false);
    const XmlElement wish = parse_body(call.request, "VersioningConfiguration");
    const std::string status = wish.child_text("Status");
    if (status != "Enabled" && status != "Suspended") {
        throw CosRefusal{400, "MalformedXML", "Status is neither Enabled nor Suspended."};
    }
    call.bucket->versioning = status == "Enabled" ? Versioning::enabled : Versioning::suspended;
    return {};
}

}  // namespace cloudsim
