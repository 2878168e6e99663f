// What somebody typed or pasted as a link, as an address that leads every visitor to the same place.

const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?::\d+)?(?:[/?#]\S*)?$/u;
const FILE = /^[^/?#]*\.(?:aspx?|docx?|html?|jpe?g|mp[34]|od[pst]|pdf|php|png|pptx?|rtf|txt|xlsx?|zip)$/i;
const MAIL = /^[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#.]{2,}$/;

const isWhole = (address) => {
  if (/^mailto:/i.test(address)) return /^mailto:[^\s@]+@\S+$/i.test(address);
  if (/^tel:/i.test(address)) return /^tel:\+?\d[\d\s().-]*$/i.test(address);
  if (!/^https?:\/\/[^\s/]\S*$/i.test(address)) return false;
  try { return new URL(address).hostname.includes("."); } catch { return false; }
};

// The address, completed; null if it leads nowhere, or only from where it stood.
export const completed = (typed) => {
  const address = typed.trim();
  if (isWhole(address) || /^entry:[a-z]+-\d+$/.test(address)) return address;
  if (MAIL.test(address)) return `mailto:${address}`;
  const host = address.replace(/^\/\//, "");
  return HOST.test(host) && !FILE.test(host) ? `https://${host}` : null;
};
