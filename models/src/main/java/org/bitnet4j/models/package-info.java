/// Language and embedding models as an application uses them.
package org.bitnet4j.models;
