/** A certificate for 127.0.0.1 and localhost that nobody trusts, good until 2120, and its key: made for these tests alone. */
export const selfSigned = {
  key: pem(
    'PRIVATE KEY',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxJc5sSNwAHW3FK5EjHpjlr5Mq2KR8+d3i2Y/2glKD9+hRANCAATR+6AMPTIVTHWP1GdEov7o91OLaWhSd52N6LP05cgqfBV1jCEQ/6yaB01YOEIz/zPvIEJDKDSFL64R1m/ASmGs',
  ),
  cert: pem(
    'CERTIFICATE',
    'MIIBbzCCARWgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1oZWFkZ2F0ZSB0ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYDVQQDDA1oZWFkZ2F0ZSB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0fugDD0yFUx1j9RnRKL+6PdTi2loUnedjeiz9OXIKnwVdYwhEP+smgdNWDhCM/8z7yBCQyg0hS+uEdZvwEphrKNOMEwwGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFLPwJtvRAdg4v4pQlEexBUYUrG1TMAoGCCqGSM49BAMCA0gAMEUCIFZk+9OhVACFwMkNxUvKKfRQycSJ4I/pBCF6Jwux5xx4AiEArSXHL9UliuHdVQUxvHdrxjD1R0w08yyHNcFBJskbZzo=',
  ),
} as const;

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
}
