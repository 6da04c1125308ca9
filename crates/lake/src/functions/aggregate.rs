//! An aggregate function from what it remembers of one group: the adapter to the engine's two ways of aggregating.

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryBuilder, BooleanArray, FixedSizeListArray, Float64Array,
        },
        datatypes::{DataType, Field, FieldRef, Float64Type},
    },
    common::{Result, ScalarValue, exec_datafusion_err, utils::take_function_args},
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::AggregateOrderSensitivity,
    },
};
use std::{
    fmt::Debug,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// What is remembered of one group of values, such that no order of adding and merging changes the outcome.
pub(super) trait Memory: Clone + Default + Debug + Send + Sync + 'static {
    /// The type of the values.
    type Input: ArrowPrimitiveType;
    /// What the question fixes, such as which quantile.
    type Setting: Clone + Debug + PartialEq + Eq + Hash + Send + Sync + 'static;
    /// What it makes of a group.
    type Outcome: Outcome;
    /// The function's name in plans.
    const NAME: &'static str;
    /// About how much memory one value takes, in bytes.
    const BYTES_PER_VALUE: usize;

    /// Takes one value in.
    fn add(&mut self, value: <Self::Input as ArrowPrimitiveType>::Native);
    /// Takes in what another memory, as bytes, holds; false if these are no such bytes.
    fn merge(&mut self, bytes: &[u8]) -> bool;
    /// Everything remembered, as bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The group's figure, or figures.
    fn outcome(self, setting: &Self::Setting) -> Self::Outcome;
}

/// What a function yields for each group.
pub(super) trait Outcome: Sized {
    /// As a column's type.
    fn data_type() -> DataType;
    /// As a column, one row for each group.
    fn column(all: impl Iterator<Item = Self>) -> ArrayRef;
}

/// One figure.
impl Outcome for Option<f64> {
    fn data_type() -> DataType {
        DataType::Float64
    }

    fn column(all: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(all.collect::<Float64Array>())
    }
}

/// Several figures that rest on the same values.
impl<const N: usize> Outcome for [Option<f64>; N] {
    fn data_type() -> DataType {
        DataType::FixedSizeList(Arc::new(Field::new_list_field(DataType::Float64, true)), length::<N>())
    }

    fn column(all: impl Iterator<Item = Self>) -> ArrayRef {
        let lists = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(all.map(Some), length::<N>());
        Arc::new(lists)
    }
}

fn length<const N: usize>() -> i32 {
    i32::try_from(N).unwrap_or(i32::MAX)
}

/// The aggregate function of a kind of memory.
pub(super) fn aggregate<M: Memory>(setting: M::Setting) -> AggregateUDF {
    let signature = Signature::exact(vec![M::Input::DATA_TYPE], Volatility::Immutable);
    AggregateUDF::new_from_impl(Function::<M> { signature, setting })
}

#[derive(Debug)]
struct Function<M: Memory> {
    signature: Signature,
    setting: M::Setting,
}

impl<M: Memory> PartialEq for Function<M> {
    fn eq(&self, other: &Self) -> bool {
        self.setting == other.setting
    }
}

impl<M: Memory> Eq for Function<M> {}

impl<M: Memory> Hash for Function<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.setting.hash(state);
    }
}

impl<M: Memory> AggregateUDFImpl for Function<M> {
    fn name(&self) -> &str {
        M::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(M::Outcome::data_type())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[memory]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One::<M> { memory: M::default(), values: 0, setting: self.setting.clone() }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Many::<M> { memories: Vec::new(), values: 0, setting: self.setting.clone() }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The memory of a question without groups.
#[derive(Debug)]
struct One<M: Memory> {
    memory: M,
    values: usize,
    setting: M::Setting,
}

impl<M: Memory> Accumulator for One<M> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = take_function_args(M::NAME, values)?;
        let values = values.as_primitive::<M::Input>();
        values.iter().flatten().for_each(|value| self.memory.add(value));
        self.values += values.len();
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [states] = take_function_args(M::NAME, states)?;
        for bytes in states.as_binary::<i32>().iter().flatten() {
            merge(&mut self.memory, bytes)?;
            self.values += bytes.len();
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(Some(self.memory.to_bytes()))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let outcome = std::mem::take(&mut self.memory).outcome(&self.setting);
        ScalarValue::try_from_array(&M::Outcome::column(std::iter::once(outcome)), 0)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.values * M::BYTES_PER_VALUE
    }
}

/// The memories of all groups, by their number.
struct Many<M: Memory> {
    memories: Vec<M>,
    values: usize,
    setting: M::Setting,
}

impl<M: Memory> GroupsAccumulator for Many<M> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total_groups: usize,
    ) -> Result<()> {
        let [values] = take_function_args(M::NAME, values)?;
        let values = values.as_primitive::<M::Input>();
        self.memories.resize_with(total_groups, M::default);
        self.values += values.len();
        if values.null_count() == 0 && filter.is_none() {
            for (group, value) in groups.iter().zip(values.values()) {
                if let Some(memory) = self.memories.get_mut(*group) {
                    memory.add(*value);
                }
            }
            return Ok(());
        }
        let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        let mut add = |row: usize| {
            let memory = groups.get(row).and_then(|group| self.memories.get_mut(*group));
            if let (true, Some(memory), Some(value)) = (passes(row), memory, values.values().get(row)) {
                memory.add(*value);
            }
        };
        match values.nulls() {
            // Most signals have no score: runs of nulls are stepped over.
            Some(nulls) => nulls.valid_indices().for_each(&mut add),
            None => (0..values.len()).for_each(&mut add),
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total_groups: usize) -> Result<()> {
        let [states] = take_function_args(M::NAME, states)?;
        self.memories.resize_with(total_groups, M::default);
        for (group, bytes) in groups.iter().zip(states.as_binary::<i32>()) {
            if let (Some(bytes), Some(memory)) = (bytes, self.memories.get_mut(*group)) {
                merge(memory, bytes)?;
                self.values += bytes.len();
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let memories = emit.take_needed(&mut self.memories);
        Ok(M::Outcome::column(memories.into_iter().map(|memory| memory.outcome(&self.setting))))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![bytes_of(&emit.take_needed(&mut self.memories))])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows: Vec<usize> = (0..values.first().map_or(0, |values| values.len())).collect();
        let mut apart = Self { memories: Vec::new(), values: 0, setting: self.setting.clone() };
        apart.update_batch(values, &rows, filter, rows.len())?;
        apart.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.memories.capacity() * size_of::<M>() + self.values * M::BYTES_PER_VALUE
    }
}

fn bytes_of<M: Memory>(memories: &[M]) -> ArrayRef {
    let mut builder = BinaryBuilder::new();
    memories.iter().for_each(|memory| builder.append_value(memory.to_bytes()));
    Arc::new(builder.finish())
}

fn merge<M: Memory>(memory: &mut M, bytes: &[u8]) -> Result<()> {
    match memory.merge(bytes) {
        true => Ok(()),
        false => Err(exec_datafusion_err!("{} received a state that is not its own", M::NAME)),
    }
}
