//! Currencies: the alphabetic codes of ISO 4217 that money is paid in.

/// The active codes of ISO 4217 and the withdrawn ones that historic orders still carry, sorted.
const CODES: &str = "\
AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BYR BZD CAD CDF \
CHF CLP CNY COP CRC CUC CUP CVE CYP CZK DEM DJF DKK DOP DZD EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD \
GNF GRD GTQ GYD HKD HNL HRK HTG HUF IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK \
LBP LKR LRD LSL LTL LUF LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MYR MZN NAD NGN NIO NLG NOK NPR \
NZD OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SSP STD \
STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VEF VES VND VUV WST XAF XCD XCG XOF XPF YER \
ZAR ZMW ZWG ZWL";

/// The code in capitals, if it names a currency.
pub(crate) fn currency(written: &str) -> Option<String> {
    let code = written.trim().to_ascii_uppercase();
    (code.len() == 3 && CODES.split(' ').any(|known| known == code)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_any_case_and_nothing_else_is_a_currency() {
        assert_eq!(currency(" brl "), Some("BRL".to_owned()));
        for wrong in ["", "R$", "EURO", "XXX", "A E", "L A"] {
            assert_eq!(currency(wrong), None, "{wrong}");
        }
        assert!(CODES.split(' ').is_sorted() && CODES.split(' ').all(|code| code.len() == 3));
    }
}
