"""A small independent client of the cloud's API 3.0 and of COS, for scripts that ask the simulated
cloud what it really holds. It shares nothing with the daemon's client."""

import datetime
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

VERSIONS = {"cvm": "2017-03-12", "sts": "2018-08-13", "region": "2022-06-27", "cbs": "2017-03-12"}


class CloudError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def _hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class CloudApi:
    """`url` is where the simulated cloud listens; host names in requests are the real ones."""

    def __init__(self, url, secret_id, secret_key):
        self.url = url.rstrip("/")
        self.secret_id = secret_id
        self.secret_key = secret_key

    def signed(self, action, region, params, service):
        """Headers and body of a request."""
        host = f"{service}.{region}.tencentcloudapi.com"
        body = json.dumps(params or {})
        stamp = int(time.time())
        date = datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc).strftime("%Y-%m-%d")
        canonical = "\n".join([
            "POST", "/", "", f"content-type:application/json\nhost:{host}\n", "content-type;host",
            hashlib.sha256(body.encode()).hexdigest()])
        scope = f"{date}/{service}/tc3_request"
        to_sign = "\n".join(["TC3-HMAC-SHA256", str(stamp), scope,
                             hashlib.sha256(canonical.encode()).hexdigest()])
        key = _hmac256(("TC3" + self.secret_key).encode(), date)
        key = _hmac256(_hmac256(key, service), "tc3_request")
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        return {
            "Host": host,
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": VERSIONS[service],
            "X-TC-Timestamp": str(stamp),
            "X-TC-Region": region,
            "Authorization": f"TC3-HMAC-SHA256 Credential={self.secret_id}/{scope}, "
                             f"SignedHeaders=content-type;host, Signature={signature}",
        }, body

    def call(self, action, region, params=None, service="cvm"):
        headers, body = self.signed(action, region, params, service)
        request = urllib.request.Request(self.url + "/", body.encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            response = json.load(answer)["Response"]
        if "Error" in response:
            raise CloudError(response["Error"]["Code"], response["Error"]["Message"])
        return response

    def pages(self, action, region, field, params=None):
        found, offset = [], 0
        while True:
            page = self.call(action, region, {**(params or {}), "Offset": offset, "Limit": 100})
            found += page[field]
            offset += 100
            if offset >= page["TotalCount"]:
                return found

    def private_images(self, region):
        own = [{"Name": "image-type", "Values": ["PRIVATE_IMAGE"]}]
        return self.pages("DescribeImages", region, "ImageSet", {"Filters": own})

    def _cos(self, method, bucket, region, path):
        """An open answer of the object storage; its errors are HTTPError."""
        host = f"{bucket}.cos.{region}.myqcloud.com"
        now = int(time.time())
        key_time = f"{now - 60};{now + 600}"
        sign_key = hmac.new(self.secret_key.encode(), key_time.encode(), hashlib.sha1).hexdigest()
        http_string = (f"{method.lower()}\n{path}\n\n"
                       f"host={urllib.parse.quote(host, safe='')}\n")
        to_sign = f"sha1\n{key_time}\n{hashlib.sha1(http_string.encode()).hexdigest()}\n"
        signature = hmac.new(sign_key.encode(), to_sign.encode(), hashlib.sha1).hexdigest()
        authorization = (f"q-sign-algorithm=sha1&q-ak={self.secret_id}&q-sign-time={key_time}"
                         f"&q-key-time={key_time}&q-header-list=host&q-url-param-list="
                         f"&q-signature={signature}")
        request = urllib.request.Request(
            self.url + urllib.parse.quote(path), method=method,
            headers={"Host": host, "Authorization": authorization})
        return urllib.request.urlopen(request, timeout=30)

    def head_object(self, bucket, region, key):
        """Content-Length of the object, or None if there is no such object."""
        try:
            with self._cos("HEAD", bucket, region, "/" + key) as answer:
                return int(answer.headers["Content-Length"])
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def objects(self, bucket, region):
        """Key and size of every object of a bucket with at most a thousand."""
        with self._cos("GET", bucket, region, "/") as answer:
            page = xml.etree.ElementTree.fromstring(answer.read())
        return {item.findtext("{*}Key"): int(item.findtext("{*}Size"))
                for item in page.iterfind("{*}Contents")}
