/** The part of ONNX's file format that networks of capsules need: github.com/onnx/onnx, onnx/onnx.proto. */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `syntax = "proto2";
   package onnx;
   message AttributeProto {
     optional string name = 1;
     optional float f = 2;
     optional int64 i = 3;
     optional bytes s = 4;
     optional TensorProto t = 5;
     repeated float floats = 7;
     repeated int64 ints = 8;
     optional int32 type = 20;
   }
   message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; optional string doc_string = 3; }
   message NodeProto {
     repeated string input = 1;
     repeated string output = 2;
     optional string name = 3;
     optional string op_type = 4;
     repeated AttributeProto attribute = 5;
   }
   message ModelProto {
     optional int64 ir_version = 1;
     optional string producer_name = 2;
     optional string producer_version = 3;
     optional string doc_string = 6;
     optional GraphProto graph = 7;
     repeated OperatorSetIdProto opset_import = 8;
     repeated StringStringEntryProto metadata_props = 14;
   }
   message StringStringEntryProto { optional string key = 1; optional string value = 2; }
   message GraphProto {
     repeated NodeProto node = 1;
     optional string name = 2;
     repeated TensorProto initializer = 5;
     repeated ValueInfoProto input = 11;
     repeated ValueInfoProto output = 12;
   }
   message TensorProto {
     repeated int64 dims = 1;
     optional int32 data_type = 2;
     optional string name = 8;
     optional bytes raw_data = 9;
   }
   message TensorShapeProto {
     message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
     repeated Dimension dim = 1;
   }
   message TypeProto {
     message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
     optional Tensor tensor_type = 1;
   }
   message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }`,
  { keepCase: true },
);

/** Of a tensor's elements. */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

export interface Tensor {
  name: string;
  dims: readonly number[];
  data_type: number;
  raw_data: Uint8Array;
}

export interface Attribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  ints?: readonly number[];
}

export interface Node {
  name: string;
  op_type: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly Attribute[];
}

export interface ValueInfo {
  name: string;
  doc_string: string;
  type: { tensor_type: { elem_type: number; shape: { dim: readonly ({ dim_value: number } | { dim_param: string })[] } } };
}

export interface Model {
  ir_version: number;
  producer_name: string;
  producer_version: string;
  doc_string: string;
  graph: { name: string; node: readonly Node[]; initializer: readonly Tensor[]; input: readonly ValueInfo[]; output: readonly ValueInfo[] };
  opset_import: readonly { domain: string; version: number }[];
  metadata_props: readonly { key: string; value: string }[];
}

const ModelProto = root.lookupType('onnx.ModelProto');

export const encodeModel = (model: Model): Uint8Array => ModelProto.encode(model).finish();

export type AttributeValue = number | readonly number[] | { float: number };

export function attribute(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  return 'float' in value ? { name, type: attributeTypes.float, f: value.float } : { name, type: attributeTypes.ints, ints: value };
}
