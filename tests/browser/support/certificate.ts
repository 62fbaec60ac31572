// A self-signed key and certificate, for servers under names of other sites: made with
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=test

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsIgI72s8jeHigbuO
zzvcoTJUuiphqfZxK8sBb4FSLUOhRANCAATQwgX2ptp6+5KxXYhLjcdaii2wTxSP
sGnB4gK6bABH0Rs7CHYf8dBf7DY/8O2uI/aVQFmflgV7gqokXdfWm2CB
-----END PRIVATE KEY-----`;

export const cert = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIULJFcSeVABYf5G1MajwX3MFRS2dUwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjUxNzQwMTBaGA8yMTI2MTEwMTE3NDAx
MFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNDC
Bfam2nr7krFdiEuNx1qKLbBPFI+wacHiArpsAEfRGzsIdh/x0F/sNj/w7a4j9pVA
WZ+WBXuCqiRd19abYIGjUzBRMB0GA1UdDgQWBBROlriHHZdpUlzhuUPEa7C+RWSU
zzAfBgNVHSMEGDAWgBROlriHHZdpUlzhuUPEa7C+RWSUzzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQCK4A0MQAaRMBh/uadlQ8RE4odapnV8F38q
Ruz7K08a+gIgchkMNlh2fKOzsgaH8NzvBxnPzNe7KVdicK9XgLS76dc=
-----END CERTIFICATE-----`;
