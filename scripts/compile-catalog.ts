// Build step: the catalogue as JSON, for a fast start of the command line.
import { compileCatalog } from '../src/documents/catalog/compiled.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readCatalogRows } from '../src/files/read-catalog.ts';
import { writeText } from '../src/files/write-files.ts';

const files = findPackage();
writeText(files.compiledCatalog, compileCatalog(readCatalogRows(files.catalog)));
