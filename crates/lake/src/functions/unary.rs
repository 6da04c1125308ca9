//! A scalar function of one column, from a closure.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::{Result, utils::take_function_args},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
};
use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

type Work = dyn Fn(&ArrayRef) -> Result<ArrayRef> + Send + Sync;

/// Two are equal when they share the closure; the name alone does not say what it closes over.
struct Unary {
    name: String,
    signature: Signature,
    returns: DataType,
    work: Arc<Work>,
}

/// A function that turns one column into another of the same length. The name shows in plans.
pub(super) fn unary(
    name: impl Into<String>,
    takes: DataType,
    returns: DataType,
    work: impl Fn(&ArrayRef) -> Result<ArrayRef> + Send + Sync + 'static,
) -> ScalarUDF {
    let signature = Signature::exact(vec![takes], Volatility::Immutable);
    ScalarUDF::new_from_impl(Unary { name: name.into(), signature, returns, work: Arc::new(work) })
}

impl ScalarUDFImpl for Unary {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let [argument] = take_function_args(self.name(), args.args)?;
        Ok(ColumnarValue::Array((self.work)(&argument.to_array(rows)?)?))
    }
}

impl PartialEq for Unary {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.work, &other.work)
    }
}

impl Eq for Unary {}

impl Hash for Unary {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Unary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
