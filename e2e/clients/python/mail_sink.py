"""Receives mail by SMTP as a public server does. Prints its port, then each message as a line of JSON: envelope, headers,
parts, what dkimpy says of its signature, and what was answered.

  --key rsa|ed25519 FILE       makes a DKIM key, writes its private half to FILE, checks signatures by its public half
  --answers ADDRESS ANSWER...  what it answers to one message for ADDRESS after the other, `hold` for nothing at all
  --starttls                   offers TLS, with a certificate that nobody trusts

Everything else is answered with `250 kept`.
"""

import argparse
import asyncio
import base64
import datetime
import json
import ssl
import tempfile
from email import message_from_bytes, policy

import dkim
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def make_key(algorithm, path):
    """Writes a private key and answers the DNS record of its public half."""
    if algorithm == "rsa":
        key = rsa.generate_private_key(65537, 2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
        private = base64.b64encode(key.private_bytes_raw())
        public = key.public_key().public_bytes_raw()
    with open(path, "wb") as file:
        file.write(private)
    return f"v=DKIM1; k={algorithm}; p={base64.b64encode(public).decode()}".encode()


def strange_certificate():
    """TLS as 127.0.0.1, by its own word alone."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


class Sink:
    def __init__(self, record, answers):
        self.record = record
        self.troubled, *self.answers = answers

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        signed = self.record and dkim.verify(envelope.original_content, dnsfunc=lambda name, timeout=5: self.record)
        trouble = self.answers and self.troubled in envelope.rcpt_tos
        answer = self.answers.pop(0) if trouble else "250 kept"
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): value for name, value in message.items()},
            "parts": {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()},
            "signed": signed,
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "answer": answer,
        }
        print(json.dumps(told), flush=True)
        if answer == "hold":
            await asyncio.sleep(3600)
        return answer


async def receive(arguments):
    record = arguments.key and make_key(*arguments.key)
    context = strange_certificate() if arguments.starttls else None
    sink = Sink(record, arguments.answers)
    make = lambda: SMTP(sink, tls_context=context)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("--key", nargs=2)
parser.add_argument("--answers", nargs="+", default=[None])
parser.add_argument("--starttls", action="store_true")
asyncio.run(receive(parser.parse_args()))
