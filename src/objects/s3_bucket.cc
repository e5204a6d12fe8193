#include "objects/s3_bucket.h"

#include <algorithm>

#include <openssl/evp.h>

#include "base/text.h"
#include "objects/s3_headers.h"
#include "objects/s3_xml.h"

namespace hikkoshi::objects {
namespace {

constexpr std::uint64_t most_parts = 10'000;
constexpr std::uint64_t mebibyte = 1 << 20;

/// Base64 of MD5, which DeleteObjects demands.
std::string content_md5(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_md5(), nullptr)) {
    throw Error(Retry::never, "MD5 is not available: OpenSSL refuses it");
  }
  const int length = EVP_EncodeBlock(text, digest, static_cast<int>(size));
  return {reinterpret_cast<char*>(text), static_cast<size_t>(length)};
}

/// A part's size with which the object has at most as many parts as S3 allows; whole MiB.
std::uint64_t part_size_for(std::uint64_t size, std::uint64_t usual) {
  const std::uint64_t needed = (size + most_parts - 1) / most_parts;
  if (needed <= usual) return usual;
  return (needed + mebibyte - 1) / mebibyte * mebibyte;
}

std::string quoted(const std::string& etag) {
  return "\"" + etag + "\"";
}

std::string copy_source(const std::string& bucket, const std::string& key) {
  return "/" + aws::uri_encode(bucket) + "/" + aws::uri_encode(key, true);
}

}  // namespace

/// The whole object in one request.
class S3Bucket::OneUpload : public Upload {
 public:
  OneUpload(S3Bucket& bucket, WriteRequest request)
      : bucket_(bucket), request_(std::move(request)) {}

  std::uint64_t part_size() const override { return 0; }
  std::string token() const override { return ""; }

  void part(std::uint64_t, std::string_view bytes, std::stop_token stop) override {
    HIKKOSHI_ASSERT(bytes.size() == request_.size);
    const S3Response response =
        bucket_.client_.request({.method = "PUT",
                                 .key = request_.key,
                                 .headers = bucket_.headers_of(request_.meta),
                                 .body = bytes},
                                {}, stop);
    info_.with([&](ObjectInfo& info) {
      info = {request_.key, request_.size, unquoted(response.header("etag")), {}};
    });
  }

  ObjectInfo finish() override {
    ObjectInfo info = info_.copy();
    if (info.key.empty()) throw Error(Retry::never, "an object was finished without its bytes");
    return info;
  }

 private:
  S3Bucket& bucket_;
  WriteRequest request_;
  Locked<ObjectInfo> info_;
};

/// A multipart upload.
class S3Bucket::PartsUpload : public Upload {
 public:
  PartsUpload(S3Bucket& bucket, WriteRequest request)
      : bucket_(bucket),
        request_(std::move(request)),
        part_size_(part_size_for(request_.size, bucket.options_.part_size)),
        id_(bucket.begin_upload(request_.key, request_.meta)) {
    const std::uint64_t parts = (request_.size + part_size_ - 1) / part_size_;
    etags_.with([&](auto& etags) { etags.resize(parts); });
  }
  ~PartsUpload() override {
    if (!finished_.copy()) bucket_.abort_upload(request_.key, id_);
  }

  std::uint64_t part_size() const override { return part_size_; }
  std::string token() const override { return id_; }

  void part(std::uint64_t number, std::string_view bytes, std::stop_token stop) override {
    const S3Response response = bucket_.client_.request(
        {.method = "PUT",
         .key = request_.key,
         .query = {{"partNumber", std::to_string(number + 1)}, {"uploadId", id_}},
         .body = bytes},
        {}, stop);
    etags_.with([&](auto& etags) { etags.at(number) = unquoted(response.header("etag")); });
  }

  /// Of all parts, when the server copied them.
  void set_etags(std::vector<std::string> etags) {
    etags_.with([&](auto& mine) { mine = std::move(etags); });
  }

  ObjectInfo finish() override {
    if (const auto known = finished_.copy()) return *known;
    const auto etags = etags_.copy();
    if (std::count(etags.begin(), etags.end(), "") != 0) {
      throw Error(Retry::never, "parts of " + printable(request_.key) + " are missing");
    }
    const std::string etag = bucket_.finish_upload(request_.key, id_, etags);
    // The tags that came with the first request are lost on some servers (Ceph 16).
    if (!request_.meta.tags.empty()) bucket_.put_tags(request_.key, request_.meta.tags);
    // Some give no ETag here (Ceph 16); and this sees that the object is there.
    const auto object = bucket_.head(request_.key);
    if (!object || object->info.size != request_.size ||
        (!etag.empty() && etag != object->info.etag)) {
      throw Error(Retry::safe, printable(request_.key) + " was joined from its parts, but " +
                                   bucket_.name() + " has something else there");
    }
    finished_.with([&](auto& finished) { finished = object->info; });
    return object->info;
  }

 private:
  S3Bucket& bucket_;
  WriteRequest request_;
  std::uint64_t part_size_;
  std::string id_;
  Locked<std::vector<std::string>> etags_;
  Locked<std::optional<ObjectInfo>> finished_;
};

S3Bucket::S3Bucket(std::string name, S3Options options, Clock& clock)
    : name_(std::move(name)),
      options_(std::move(options)),
      client_(options_.address, options_.credentials, clock) {}

Properties S3Bucket::properties() const {
  Properties properties;
  properties.location = {options_.address.server, options_.address.bucket};
  return properties;
}

Page S3Bucket::list(const ListRequest& request, std::stop_token stop) {
  S3Request query{.method = "GET",
                  .query = {{"list-type", "2"},
                            {"encoding-type", "url"},
                            {"max-keys", std::to_string(std::clamp(request.limit, 1, 1000))}}};
  if (!request.after.empty()) query.query.emplace_back("start-after", request.after);
  if (!request.prefix.empty()) query.query.emplace_back("prefix", request.prefix);
  S3Listing listing = parse_listing(client_.request(query, {}, stop).body);
  // AWS may give a page of nothing and say that there is more.
  while (listing.truncated && listing.objects.empty()) {
    if (listing.continuation.empty()) throw Error(Retry::safe, name_ + " lists nothing, but more");
    S3Request next = query;
    next.query.emplace_back("continuation-token", listing.continuation);
    listing = parse_listing(client_.request(next, {}, stop).body);
  }
  Page page{std::move(listing.objects), listing.truncated};
  if (!request.before.empty()) {
    const auto end =
        std::find_if(page.objects.begin(), page.objects.end(),
                     [&](const ObjectInfo& info) { return info.key >= request.before; });
    if (end != page.objects.end()) page.more = false;
    page.objects.erase(end, page.objects.end());
  }
  return page;
}

/// Fetches what the headers do not tell.
void S3Bucket::complete(Object& object, const S3Response& response, const Aspects& aspects,
                        bool is_read, std::stop_token stop) {
  const std::string& key = object.info.key;
  const std::string& count = response.header("x-amz-tagging-count");
  // With the bytes comes the number of tags, if there are any; without them not every server says.
  const bool told = !count.empty() || is_read;
  if (aspects.tags && !(told && (count.empty() || count == "0"))) {
    const S3Response tagging =
        client_.request({.method = "GET", .key = key, .query = {{"tagging", ""}}}, {404}, stop);
    // None is an empty answer (Ceph 16) or NoSuchTagSet elsewhere.
    const bool none = tagging.status == 404 || tagging.body.empty();
    if (!none) object.meta.tags = parse_tags(tagging.body);
    if (!count.empty() && count != std::to_string(object.meta.tags.size())) {
      throw Error(Retry::safe, printable(key) + " has " + printable(count) + " tags, but " +
                                   std::to_string(object.meta.tags.size()) + " were read");
    }
  }
  if (aspects.access) {
    object.meta.access =
        parse_access(
            client_.request({.method = "GET", .key = key, .query = {{"acl", ""}}}, {}, stop).body)
            .grants;
  }
}

std::optional<Object> S3Bucket::head(const std::string& key, const Aspects& aspects) {
  const S3Response response = client_.request({.method = "HEAD", .key = key}, {404});
  if (response.status == 404) return std::nullopt;
  Object object = object_of(key, response);
  complete(object, response, aspects, false, {});
  return object;
}

ReadResult S3Bucket::read(const ReadRequest& request, const Sink& sink, std::stop_token stop) {
  S3Request get{.method = "GET",
                .key = request.key,
                .expected_size = request.length.value_or(0),
                .sink = &sink};
  if (!request.if_match.empty()) get.headers["if-match"] = quoted(request.if_match);
  if (request.offset > 0 || request.length) {
    get.headers["range"] =
        "bytes=" + std::to_string(request.offset) + "-" +
        (request.length ? std::to_string(request.offset + *request.length - 1) : "");
  }
  const S3Response response = client_.request(get, {404, 412}, stop);
  if (response.status == 404) return {Found::absent, {}};
  if (response.status == 412) return {Found::changed, {}};
  ReadResult result{Found::whole, object_of(request.key, response)};
  complete(result.object, response, request.aspects, true, stop);
  return result;
}

std::string S3Bucket::owner() {
  std::string known = owner_.copy();
  if (known.empty()) {
    known = parse_access(client_.request({.method = "GET", .query = {{"acl", ""}}}).body).owner;
    owner_.with([&](std::string& owner) { owner = known; });
  }
  return known;
}

std::map<std::string, std::string> S3Bucket::headers_of(const ObjectMeta& meta) {
  auto headers = meta_headers(meta);
  headers.merge(access_headers(meta.access, needs_owner(meta.access) ? owner() : ""));
  return headers;
}

std::unique_ptr<Upload> S3Bucket::write(const WriteRequest& request) {
  const std::string fault = key_fault(request.key);
  if (!fault.empty()) throw Error(Retry::never, name_ + " cannot hold " + fault);
  if (!request.abandoned.empty()) abort_upload(request.key, request.abandoned);
  if (request.size <= options_.part_size) return std::make_unique<OneUpload>(*this, request);
  return std::make_unique<PartsUpload>(*this, request);
}

void S3Bucket::put_tags(const std::string& key, const std::map<std::string, std::string>& tags) {
  const std::string xml = tags_xml(tags);
  client_.request({.method = "PUT",
                   .key = key,
                   .query = {{"tagging", ""}},
                   .headers = {{"content-md5", content_md5(xml)}},
                   .body = xml});
}

std::string S3Bucket::begin_upload(const std::string& key, const ObjectMeta& meta) {
  return parse_upload_id(client_
                             .request({.method = "POST",
                                       .key = key,
                                       .query = {{"uploads", ""}},
                                       .headers = headers_of(meta)})
                             .body);
}

std::string S3Bucket::finish_upload(const std::string& key, const std::string& upload,
                                    const std::vector<std::string>& etags) {
  const std::string xml = complete_xml(etags);
  // 404: an earlier try did it, and its answer was lost; who asks looks at the object anyway.
  const S3Response response = client_.request(
      {.method = "POST", .key = key, .query = {{"uploadId", upload}}, .body = xml}, {404});
  return response.status == 404 ? "" : parse_etag(response.body);
}

void S3Bucket::abort_upload(const std::string& key, const std::string& upload) {
  // As far as it can: an object is not worse for it, and the caller may be on its way out.
  client_.abandon({.method = "DELETE", .key = key, .query = {{"uploadId", upload}}});
}

CopyResult S3Bucket::copy(const CopyRequest& request, std::stop_token stop) {
  if (request.from.server != options_.address.server) {
    return {Copied::impossible, {}, "the other bucket is on another server"};
  }
  const std::string& key = request.key.empty() ? request.source.key : request.key;
  const std::string fault = key_fault(key);
  if (!fault.empty()) throw Error(Retry::never, name_ + " cannot hold " + fault);
  const std::string from = copy_source(request.from.container, request.source.key);
  if (request.source.size > options_.copy_part) return copy_by_parts(request, key, from, stop);
  S3Request put{.method = "PUT", .key = key, .headers = headers_of(request.meta)};
  put.headers["x-amz-copy-source"] = from;
  put.headers["x-amz-copy-source-if-match"] = quoted(request.source.etag);
  // What Ceph looks at instead (rgw_rest_s3.cc, version 16); others do not know it.
  put.headers["x-amz-copy-if-match"] = quoted(request.source.etag);
  put.headers["x-amz-metadata-directive"] = "REPLACE";
  put.headers["x-amz-tagging-directive"] = "REPLACE";
  const S3Response response = client_.request(put, {403, 404, 412, 501}, stop);
  switch (response.status) {
    case 404:
      return {Copied::absent, {}, ""};
    case 412:
      return {Copied::changed, {}, ""};
    case 403:
    case 501:
      return {Copied::impossible, {}, parse_fault(response.body).value_or(S3Fault{}).code};
    default:
      break;
  }
  const std::string etag = parse_etag(response.body);
  // The header above is taken and forgotten by Ceph 16.
  if (!request.meta.tags.empty()) put_tags(key, request.meta.tags);
  return {Copied::done, {key, request.source.size, etag, {}}, ""};
}

CopyResult S3Bucket::copy_by_parts(const CopyRequest& request, const std::string& key,
                                   const std::string& from, std::stop_token stop) {
  const std::uint64_t size = part_size_for(request.source.size, options_.copy_part);
  PartsUpload upload(*this, {.key = key, .size = request.source.size, .meta = request.meta});
  std::vector<std::string> etags;
  for (std::uint64_t at = 0; at < request.source.size; at += size) {
    const std::uint64_t last = std::min(at + size, request.source.size) - 1;
    const S3Response response = client_.request(
        {.method = "PUT",
         .key = key,
         .query = {{"partNumber", std::to_string(etags.size() + 1)}, {"uploadId", upload.token()}},
         .headers = {{"x-amz-copy-source", from},
                     {"x-amz-copy-source-if-match", quoted(request.source.etag)},
                     {"x-amz-copy-if-match", quoted(request.source.etag)},
                     {"x-amz-copy-source-range",
                      "bytes=" + std::to_string(at) + "-" + std::to_string(last)}}},
        {403, 404, 412, 501}, stop);
    if (response.status == 404) return {Copied::absent, {}, ""};
    if (response.status == 412) return {Copied::changed, {}, ""};
    if (!response.ok()) {
      return {Copied::impossible, {}, parse_fault(response.body).value_or(S3Fault{}).code};
    }
    etags.push_back(parse_etag(response.body));
  }
  upload.set_etags(std::move(etags));
  return {Copied::done, upload.finish(), ""};
}

void S3Bucket::remove_one(const std::string& key) {
  client_.request({.method = "DELETE", .key = key}, {404});
}

void S3Bucket::remove(const std::vector<std::string>& keys) {
  HIKKOSHI_ASSERT(keys.size() <= 1000);
  std::vector<std::string> many;
  for (const std::string& key : keys) {
    if (keys.size() > 1 && fits_in_xml(key)) {
      many.push_back(key);
    } else {
      remove_one(key);
    }
  }
  if (many.empty()) return;
  const std::string xml = delete_xml(many);
  const S3Response response = client_.request({.method = "POST",
                                               .query = {{"delete", ""}},
                                               .headers = {{"content-md5", content_md5(xml)}},
                                               .body = xml});
  for (const S3Fault& fault : parse_deletion(response.body)) {
    const bool safe = fault.code == "InternalError" || fault.code == "SlowDown";
    throw Error(safe ? Retry::safe : Retry::never,
                name_ + " does not remove " + printable(fault.message) + ": " + fault.code);
  }
}

}  // namespace hikkoshi::objects
