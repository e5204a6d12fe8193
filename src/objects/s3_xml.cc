#include "objects/s3_xml.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <pugixml.hpp>

#include "base/text.h"

namespace hikkoshi::objects {
namespace {

constexpr std::string_view groups = "http://acs.amazonaws.com/groups/global/";

/// Parses, and gives the element that must be the outermost one.
pugi::xml_node parse_root(pugi::xml_document& document, std::string_view xml, const char* name) {
  // White space is content: a tag or key may be nothing but a space.
  const auto result =
      document.load_buffer(xml.data(), xml.size(),
                           pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result) {
    throw Error(Retry::safe, "the store's answer is cut or no XML (" +
                                 std::string(result.description()) + " at byte " +
                                 std::to_string(result.offset) + ")");
  }
  if (const pugi::xml_node root = document.child(name)) return root;
  if (const pugi::xml_node error = document.child("Error")) {
    throw Error(Retry::safe, std::string("the store answers ") + error.child_value("Code"));
  }
  throw Error(Retry::never, std::string("the store's answer has no <") + name + ">");
}

std::uint64_t number_in(const pugi::xml_node& node, const char* name) {
  const std::string_view text = node.child_value(name);
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) {
    throw Error(Retry::never,
                std::string("<") + name + "> is no number: " + printable(text.substr(0, 40)));
  }
  return number;
}

/// URL-decoded: '+' is a space, as in forms.
std::string decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      unsigned byte = 0;
      const char* begin = text.data() + at + 1;
      const char* end = text.data() + std::min(at + 3, text.size());
      const auto parsed = std::from_chars(begin, end, byte, 16);
      if (parsed.ptr != text.data() + at + 3) {
        throw Error(Retry::never, "a key is encoded wrongly: " + printable(text.substr(0, 200)));
      }
      bytes += static_cast<char>(byte);
      at += 2;
    } else {
      bytes += text[at] == '+' ? ' ' : text[at];
    }
  }
  return bytes;
}

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '\n':
      case '\r':
      case '\t':
        // As a reference, for a parser may turn the byte itself into a space or drop it.
        xml += "&#" + std::to_string(int(byte)) + ";";
        break;
      default:
        xml += byte;
    }
  }
  return xml;
}

}  // namespace

std::string unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

S3Listing parse_listing(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "ListBucketResult");
  const std::string_view more = root.child_value("IsTruncated");
  if (more != "true" && more != "false") {
    throw Error(Retry::never, "the listing does not say whether it is whole (IsTruncated)");
  }
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  S3Listing listing;
  listing.truncated = more == "true";
  listing.continuation = root.child_value("NextContinuationToken");
  for (const pugi::xml_node& node : root.children("Contents")) {
    ObjectInfo info;
    const char* key = node.child_value("Key");
    info.key = encoded ? decoded(key) : key;
    if (info.key.empty()) throw Error(Retry::never, "the listing has an object without a key");
    info.size = number_in(node, "Size");
    info.etag = unquoted(node.child_value("ETag"));
    info.modified = parse_time(node.child_value("LastModified"));
    listing.objects.push_back(std::move(info));
  }
  if (root.child("KeyCount") && root.child("CommonPrefixes").empty() &&
      number_in(root, "KeyCount") != listing.objects.size()) {
    throw Error(Retry::safe, "the listing has " + std::to_string(listing.objects.size()) +
                                 " objects, and says " + root.child_value("KeyCount"));
  }
  return listing;
}

std::optional<S3Fault> parse_fault(std::string_view xml) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) {
    return std::nullopt;
  }
  const pugi::xml_node error = document.child("Error");
  if (!error) return std::nullopt;
  return S3Fault{error.child_value("Code"), error.child_value("Message")};
}

std::map<std::string, std::string> parse_tags(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "Tagging");
  std::map<std::string, std::string> tags;
  for (const pugi::xml_node& tag : root.child("TagSet").children("Tag")) {
    tags[tag.child_value("Key")] = tag.child_value("Value");
  }
  return tags;
}

std::string tags_xml(const std::map<std::string, std::string>& tags) {
  std::string xml = "<Tagging><TagSet>";
  for (const auto& [key, value] : tags) {
    xml += "<Tag><Key>" + escaped(key) + "</Key><Value>" + escaped(value) + "</Value></Tag>";
  }
  return xml + "</TagSet></Tagging>";
}

S3Access parse_access(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "AccessControlPolicy");
  S3Access access;
  access.owner = root.child("Owner").child_value("ID");
  for (const pugi::xml_node& node : root.child("AccessControlList").children("Grant")) {
    Grant grant{"", node.child_value("Permission")};
    const std::string_view group = node.child("Grantee").child_value("URI");
    const std::string account = node.child("Grantee").child_value("ID");
    if (group.empty()) {
      if (account == access.owner && grant.permission == "FULL_CONTROL") continue;
      grant.grantee = "id=" + account;
    } else {
      grant.grantee = group.starts_with(groups) ? group.substr(groups.size()) : group;
    }
    access.grants.push_back(std::move(grant));
  }
  std::sort(access.grants.begin(), access.grants.end());
  return access;
}

std::string parse_upload_id(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "InitiateMultipartUploadResult");
  const std::string id = root.child_value("UploadId");
  if (id.empty()) throw Error(Retry::never, "the store began an upload without an UploadId");
  return id;
}

std::string parse_etag(std::string_view xml) {
  pugi::xml_document document;
  const bool whole =
      bool(document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8));
  for (const char* name : {"CopyObjectResult", "CopyPartResult", "CompleteMultipartUploadResult"}) {
    const pugi::xml_node root = document.child(name);
    if (whole && root) return unquoted(root.child_value("ETag"));
  }
  parse_root(document, xml, "CopyObjectResult");
  return "";
}

std::string complete_xml(const std::vector<std::string>& etags) {
  std::string xml = "<CompleteMultipartUpload>";
  for (size_t i = 0; i < etags.size(); ++i) {
    xml += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>\"" +
           escaped(etags[i]) + "\"</ETag></Part>";
  }
  return xml + "</CompleteMultipartUpload>";
}

std::string delete_xml(const std::vector<std::string>& keys) {
  std::string xml = "<Delete><Quiet>true</Quiet>";
  for (const std::string& key : keys) xml += "<Object><Key>" + escaped(key) + "</Key></Object>";
  return xml + "</Delete>";
}

bool fits_in_xml(std::string_view key) {
  // XML 1.0 section 2.2; what is no UTF-8 and U+FFFE and U+FFFF are not looked for: S3 holds none.
  return std::all_of(key.begin(), key.end(), [](unsigned char byte) {
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

std::vector<S3Fault> parse_deletion(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "DeleteResult");
  std::vector<S3Fault> faults;
  for (const pugi::xml_node& error : root.children("Error")) {
    faults.push_back({error.child_value("Code"),
                      std::string(error.child_value("Key")) + " " + error.child_value("Message")});
  }
  return faults;
}

WallTime parse_http_time(const std::string& text) {
  std::tm time{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
  if (!end || *end != '\0') {
    throw Error(Retry::never, "no time of HTTP: " + printable(text));
  }
  return WallTime(std::chrono::seconds(::timegm(&time)));
}

}  // namespace hikkoshi::objects
