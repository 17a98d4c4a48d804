import {
  createBucket,
  deleteBucket,
  deleteDocument,
  getDocument,
  getLocation,
  headBucket,
  putDocument,
  putPolicy,
} from './bucket-operations.ts';
import type { Call } from './call.ts';
import { deleteObjects, listObjects } from './listing.ts';
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import { copyObject, deleteObject, getObject, putObject } from './objects.ts';
import type { S3Operation } from './operation.ts';
import type { S3Answer } from './s3-request.ts';

/** Every operation, all at once or not at all: no other request comes in between. */
export function perform(operation: S3Operation, call: Call): S3Answer {
  return OPERATIONS[operation](call);
}

const OPERATIONS: Readonly<Record<S3Operation, (call: Call) => S3Answer>> = {
  AbortMultipartUpload: abortUpload,
  CompleteMultipartUpload: completeUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createUpload,
  DeleteBucket: deleteBucket,
  DeleteBucketPolicy: (call) => deleteDocument(call, 'policy'),
  DeleteBucketWebsite: (call) => deleteDocument(call, 'website'),
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeletePublicAccessBlock: (call) => deleteDocument(call, 'publicAccessBlock'),
  GetBucketLocation: getLocation,
  GetBucketPolicy: (call) => getDocument(call, 'policy'),
  GetBucketWebsite: (call) => getDocument(call, 'website'),
  GetObject: getObject,
  GetPublicAccessBlock: (call) => getDocument(call, 'publicAccessBlock'),
  HeadBucket: headBucket,
  HeadObject: getObject,
  ListMultipartUploads: listUploads,
  ListObjectsV2: listObjects,
  ListParts: listParts,
  PutBucketPolicy: putPolicy,
  PutBucketWebsite: (call) => putDocument(call, 'website'),
  PutObject: putObject,
  PutPublicAccessBlock: (call) => putDocument(call, 'publicAccessBlock'),
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};
