#include "objects/mem_bucket.h"

#include <algorithm>

#include "base/json.h"

namespace hikkoshi::objects {
namespace {

ObjectMeta reduced(ObjectMeta meta, const Aspects& aspects) {
  if (!aspects.tags) meta.tags.clear();
  if (!aspects.access) meta.access.clear();
  return meta;
}

}  // namespace

class MemUpload : public Upload {
 public:
  MemUpload(MemBucket& bucket, WriteRequest request, std::uint64_t part_size)
      : bucket_(bucket),
        request_(std::move(request)),
        part_size_(request_.size > part_size ? part_size : 0) {
    if (part_size_ == 0) return;
    bucket_.server_->with([&](MemBucket::Server& server) {
      token_ = "upload-" + std::to_string(++server.writes);
      server.containers[bucket_.properties_.location.container].unfinished.insert(token_);
    });
  }
  ~MemUpload() override {
    // The server's doing, so it is not counted as a call.
    if (!finished_.copy() && !token_.empty()) forget();
  }

  std::uint64_t part_size() const override { return part_size_; }
  std::string token() const override { return token_; }

  void part(std::uint64_t number, std::string_view bytes, std::stop_token) override {
    bucket_.begin(MemBucket::Call::part, request_.key);
    const std::uint64_t before = number * part_size_;
    const std::uint64_t left = request_.size - std::min(before, request_.size);
    const std::uint64_t expected = part_size_ == 0 ? request_.size : std::min(left, part_size_);
    HIKKOSHI_ASSERT(bytes.size() == expected);
    parts_.with([&](auto& parts) { parts[number] = std::string(bytes); });
  }

  ObjectInfo finish() override {
    bucket_.begin(MemBucket::Call::finish, request_.key);
    if (const auto known = finished_.copy()) return *known;
    std::string whole;
    for (const auto& [number, bytes] : parts_.copy()) whole += bytes;
    if (whole.size() != request_.size) {
      throw Error(Retry::never, "parts of " + request_.key + " are missing");
    }
    ObjectInfo info = bucket_.store(request_.key, std::move(whole), request_.meta);
    if (!token_.empty()) forget();
    finished_.with([&](auto& finished) { finished = info; });
    return info;
  }

 private:
  void forget() {
    bucket_.server_->with([&](MemBucket::Server& server) {
      server.containers[bucket_.properties_.location.container].unfinished.erase(token_);
    });
  }

  MemBucket& bucket_;
  WriteRequest request_;
  std::uint64_t part_size_;
  std::string token_;
  Locked<std::map<std::uint64_t, std::string>> parts_;
  Locked<std::optional<ObjectInfo>> finished_;
};

MemBucket::MemBucket(std::string name, Properties properties)
    : name_(std::move(name)),
      properties_(std::move(properties)),
      server_(std::make_shared<Locked<Server>>()) {
  properties_.location = {"memory of " + name_, name_};
}

MemBucket::MemBucket(std::string name, const MemBucket& neighbour)
    : name_(std::move(name)), properties_(neighbour.properties_), server_(neighbour.server_) {
  properties_.location.container = name_;
}

Properties MemBucket::properties() const {
  return properties_;
}

void MemBucket::begin(Call call, const std::string& key) {
  const auto work = script_.with([&](Script& script) {
    ++script.calls[call];
    return script.on_call;
  });
  if (work) work(call, key);
}

void MemBucket::check_key(const std::string& key) const {
  const std::string fault = properties_.path_keys ? path_key_fault(key) : key_fault(key);
  if (!fault.empty()) throw Error(Retry::never, name_ + " cannot hold " + fault);
}

ObjectMeta MemBucket::held(ObjectMeta meta) const {
  if (!properties_.headers) {
    const std::string type = meta.content_type;
    meta = {};
    meta.content_type = type;
  }
  if (!properties_.tags) meta.tags.clear();
  if (!properties_.access) meta.access.clear();
  std::sort(meta.access.begin(), meta.access.end());
  return meta;
}

Page MemBucket::list(const ListRequest& request, std::stop_token) {
  begin(Call::list, request.after);
  const auto cut = script_.with([](Script& script) { return script.cut_after; });
  return server_->with([&](Server& server) {
    Page page;
    const auto& objects = server.containers[properties_.location.container].objects;
    const auto limit = std::min<size_t>(static_cast<size_t>(std::clamp(request.limit, 1, 1000)),
                                        cut.value_or(1000));
    for (auto at = objects.upper_bound(std::max(request.after, std::string())); at != objects.end();
         ++at) {
      if (!request.before.empty() && at->first >= request.before) break;
      if (!at->first.starts_with(request.prefix)) continue;
      if (page.objects.size() == limit) {
        page.more = !cut;
        break;
      }
      page.objects.push_back(at->second.info);
    }
    return page;
  });
}

std::optional<Object> MemBucket::head(const std::string& key, const Aspects& aspects) {
  begin(Call::head, key);
  return server_->with([&](Server& server) -> std::optional<Object> {
    const auto& objects = server.containers[properties_.location.container].objects;
    const auto at = objects.find(key);
    if (at == objects.end()) return std::nullopt;
    return Object{at->second.info, reduced(at->second.meta, aspects)};
  });
}

ReadResult MemBucket::read(const ReadRequest& request, const Sink& sink, std::stop_token) {
  begin(Call::read, request.key);
  std::string bytes;
  ReadResult result = server_->with([&](Server& server) -> ReadResult {
    const auto& objects = server.containers[properties_.location.container].objects;
    const auto at = objects.find(request.key);
    if (at == objects.end()) return {Found::absent, {}};
    const Stored& stored = at->second;
    if (!request.if_match.empty() && request.if_match != stored.info.etag) {
      return {Found::changed, {}};
    }
    const std::uint64_t size = stored.bytes.size();
    bytes = stored.bytes.substr(std::min(request.offset, size), request.length.value_or(size));
    return {Found::whole, {stored.info, reduced(stored.meta, request.aspects)}};
  });
  if (result.found == Found::whole && !bytes.empty()) sink(bytes);
  return result;
}

std::unique_ptr<Upload> MemBucket::write(const WriteRequest& request) {
  begin(Call::write, request.key);
  check_key(request.key);
  server_->with([&](Server& server) {
    server.containers[properties_.location.container].unfinished.erase(request.abandoned);
  });
  const std::uint64_t part_size = script_.with([](Script& script) { return script.part_size; });
  return std::make_unique<MemUpload>(*this, request, part_size);
}

ObjectInfo MemBucket::store(const std::string& key, std::string bytes, const ObjectMeta& meta) {
  return server_->with([&](Server& server) {
    Stored& stored = server.containers[properties_.location.container].objects[key];
    stored.info = {key, bytes.size(), sha256(bytes).substr(0, 32),
                   WallTime(Millis(1'700'000'000'000 + 1000 * ++server.writes))};
    stored.bytes = std::move(bytes);
    stored.meta = held(meta);
    return stored.info;
  });
}

CopyResult MemBucket::copy(const CopyRequest& request, std::stop_token) {
  begin(Call::copy, request.source.key);
  if (!script_.with([](Script& script) { return script.copies; }) ||
      request.from.server != properties_.location.server) {
    return {Copied::impossible, {}, "another server"};
  }
  const std::string& key = request.key.empty() ? request.source.key : request.key;
  check_key(key);
  std::string bytes;
  const auto found = server_->with([&](Server& server) {
    const auto& objects = server.containers[request.from.container].objects;
    const auto at = objects.find(request.source.key);
    if (at == objects.end()) return Copied::absent;
    if (at->second.info.etag != request.source.etag) return Copied::changed;
    bytes = at->second.bytes;
    return Copied::done;
  });
  if (found != Copied::done) return {found, {}, ""};
  return {Copied::done, store(key, std::move(bytes), request.meta), ""};
}

void MemBucket::remove(const std::vector<std::string>& keys) {
  begin(Call::remove, keys.empty() ? "" : keys.front());
  server_->with([&](Server& server) {
    for (const std::string& key : keys) {
      server.containers[properties_.location.container].objects.erase(key);
    }
  });
}

void MemBucket::put(const std::string& key, std::optional<std::string> bytes,
                    const ObjectMeta& meta) {
  if (bytes) {
    store(key, *bytes, meta);
    return;
  }
  server_->with([&](Server& server) {
    server.containers[properties_.location.container].objects.erase(key);
  });
}

void MemBucket::on_call(std::function<void(Call, const std::string&)> work) {
  script_.with([&](Script& script) { script.on_call = std::move(work); });
}

void MemBucket::flip_byte_of(const std::string& key) {
  server_->with([&](Server& server) {
    server.containers[properties_.location.container].objects.at(key).bytes.at(0) ^= 1;
  });
}

void MemBucket::cut_listings_after(std::optional<size_t> objects) {
  script_.with([&](Script& script) { script.cut_after = objects; });
}

void MemBucket::allow_copies(bool allowed) {
  script_.with([&](Script& script) { script.copies = allowed; });
}

void MemBucket::set_part_size(std::uint64_t bytes) {
  script_.with([&](Script& script) { script.part_size = bytes; });
}

int MemBucket::calls(Call call) const {
  return script_.with([&](Script& script) { return script.calls[call]; });
}

std::map<std::string, std::string> MemBucket::contents() const {
  return server_->with([&](Server& server) {
    std::map<std::string, std::string> contents;
    for (const auto& [key, stored] : server.containers[properties_.location.container].objects) {
      contents[key] = stored.bytes;
    }
    return contents;
  });
}

size_t MemBucket::unfinished() const {
  return server_->with([&](Server& server) {
    return server.containers[properties_.location.container].unfinished.size();
  });
}

}  // namespace hikkoshi::objects
